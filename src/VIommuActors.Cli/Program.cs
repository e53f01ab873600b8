using System.Runtime.InteropServices;
using VIommuActors.Cli;
using VIommuActors.Cli.Terminal;

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    // The first press stops at a step boundary and prints what there is; the second one ends the process as usual.
    press.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
};
// Whoever ends a service or a container sends this one, and waits a while before he insists.
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
});
return (int)ViommuTool.Run(args, new SystemToolConsole(), interrupt.Token);
