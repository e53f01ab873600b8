using VIommuActors.Cli.Running;
using VIommuActors.Cli.Terminal;

namespace VIommuActors.Cli;

/// <summary>What verbs are given to work with, whatever the command line says.</summary>
/// <param name="Console">Streams and environment.</param>
/// <param name="CreateRunner">Makes what does the runs.</param>
/// <param name="Clock">Wall clock: for names of folders and for progress, never for figures.</param>
/// <param name="Cancel">Fires when the user interrupts.</param>
internal sealed record ToolHost(IToolConsole Console, Func<IRunner> CreateRunner, TimeProvider Clock, CancellationToken Cancel);
