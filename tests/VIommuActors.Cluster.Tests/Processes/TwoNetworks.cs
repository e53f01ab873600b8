using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VIommuActors.Cluster.Tests.Processes;

/// <summary>Two network namespaces of the kernel with a wire between them that can be cut, and a certificate for the nodes in them.</summary>
internal sealed class TwoNetworks : IDisposable
{
    private readonly string _id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("viommu-netns-");

    public TwoNetworks()
    {
        Ip("netns", "add", Left);
        Ip("netns", "add", Right);
        Ip("link", "add", $"vl{_id}", "type", "veth", "peer", "name", $"vr{_id}");
        Up(Left, $"vl{_id}", LeftAddress);
        Up(Right, $"vr{_id}", RightAddress);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=viommu", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllBytes(Certificate, certificate.Export(X509ContentType.Pfx));
    }

    /// <summary>Why it cannot be made here; null when it can.</summary>
    public static string? Problem { get; } = Find();

    public string Left => $"viommu-l{_id}";

    public string Right => $"viommu-r{_id}";

    public const string LeftAddress = "10.77.0.1", RightAddress = "10.77.0.2";

    /// <summary>Path of the nodes' certificate.</summary>
    public string Certificate => Path.Combine(_folder.FullName, "node.pfx");

    /// <summary>Pulls the plug.</summary>
    public void Cut() => Ip("netns", "exec", Left, "ip", "link", "set", $"vl{_id}", "down");

    /// <summary>Plugs it in again.</summary>
    public void Heal() => Ip("netns", "exec", Left, "ip", "link", "set", $"vl{_id}", "up");

    public void Dispose()
    {
        foreach (var name in (string[])[Left, Right]) Run("ip", ["netns", "delete", name]);
        _folder.Delete(recursive: true);
    }

    private static void Up(string name, string link, string address)
    {
        Ip("link", "set", link, "netns", name);
        Ip("netns", "exec", name, "ip", "addr", "add", $"{address}/24", "dev", link);
        Ip("netns", "exec", name, "ip", "link", "set", link, "up");
        Ip("netns", "exec", name, "ip", "link", "set", "lo", "up");
    }

    private static void Ip(params string[] words)
    {
        if (Run("ip", words) is { Length: > 0 } problem) throw new IOException($"ip {string.Join(' ', words)}: {problem}");
    }

    private static string? Find()
    {
        if (!Environment.IsPrivilegedProcess) return "network namespaces need root";
        try
        {
            return Run("ip", ["netns", "list"]) is { Length: > 0 } problem ? $"ip netns: {problem}" : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no ip (Debian's iproute2)";
        }
    }

    private static string Run(string program, string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : error.Trim() + $" ({process.ExitCode})";
    }
}
