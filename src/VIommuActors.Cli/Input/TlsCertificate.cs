using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using VIommuActors.Cli.Terminal;
using VIommuActors.Cli.Verbs;
using VIommuActors.Cluster.Hosting;

namespace VIommuActors.Cli.Input;

/// <summary>The option <c>--tls-certificate</c>, of a node and of who talks to one.</summary>
internal sealed class TlsCertificate
{
    /// <summary>To be added to a verb.</summary>
    public Option<string?> Option { get; } = new("--tls-certificate")
    {
        Description = "The certificate that all nodes have, with its key: .pfx, or PEM",
        HelpName = "FILE",
    };

    /// <summary>Reads it; null when none is given.</summary>
    /// <exception cref="NodeSettingsException">The file holds none.</exception>
    public X509Certificate2? Load(ParseResult parse, IToolConsole console) =>
        parse.GetValue(Option) is { } path ? NodeCertificate.Load(path, console.Variable(VerbHelp.PasswordVariable)) : null;
}
