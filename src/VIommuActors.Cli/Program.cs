using System.Runtime.InteropServices;
using VIommuActors.Cli;
using VIommuActors.Cli.Terminal;

using var interrupt = new CancellationTokenSource();

// The first signal stops at a step boundary and prints what there is; the second one ends the process as usual.
void End(PosixSignalContext signal)
{
    signal.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
}

using var press = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
return (int)ViommuTool.Run(args, new SystemToolConsole(), interrupt.Token);
