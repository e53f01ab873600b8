using System.CommandLine;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Cli.Terminal;
using VIommuActors.Cli.Verbs;
using VIommuActors.Experiments.Running;
using VIommuActors.Guest.Recording;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli;

/// <summary>The whole tool behind one call.</summary>
public static class ViommuTool
{
    private const string KeyPrefix = "viommu.scenario.";

    /// <summary>Does what a command line asks for. Nothing escapes: every error becomes text and a code.</summary>
    /// <param name="args">Words after the program's name.</param>
    /// <param name="console">Streams and environment.</param>
    /// <param name="cancel">Fires when the user interrupts; work stops at the next step and what there is gets printed.</param>
    public static ExitCode Run(IReadOnlyList<string> args, IToolConsole console, CancellationToken cancel = default) =>
        Run(args, new ToolHost(console, () => new VirtualRunner(), TimeProvider.System, cancel));

    internal static ExitCode Run(IReadOnlyList<string> args, ToolHost host)
    {
        var console = host.Console;
        // Known before parsing: an error in the options has to be told in the form that was asked for.
        var json = args.TakeWhile(word => word != "--").Contains(GlobalOptions.Json.Name);
        try
        {
            if (QtestVerb.Takes(args)) return QtestVerb.Run([.. args.Skip(1)], host);
            var parse = ToolCommand.Create(host).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            var errors = ParseErrors.Of(parse);
            return errors.IsEmpty
                ? (ExitCode)parse.Invoke(new InvocationConfiguration
                {
                    Output = console.Out,
                    Error = console.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                })
                : ErrorReport.Write(console, json, ExitCode.Usage, errors);
        }
        catch (ToolException e)
        {
            return ErrorReport.Write(console, json, e.Code, e.Errors);
        }
        catch (ScenarioException e)
        {
            return ErrorReport.Write(console, json, ExitCode.Usage, e.Errors);
        }
        catch (RecordedTraceException e)
        {
            return ErrorReport.Write(console, json, ExitCode.Usage, [new(e.File, e.Line, 0, "", "", Remainder(e), "")]);
        }
        catch (UnsupportedCombinationException e)
        {
            return ErrorReport.Write(
                console, json, ExitCode.Usage, [ToolException.UsageError(KeyPrefix + e.Key, e.Value, e.Message, e.Accepted)]);
        }
        catch (OperationCanceledException) when (host.Cancel.IsCancellationRequested)
        {
            return ErrorReport.Write(console, json, ExitCode.Interrupted, [new("viommu", 0, 0, "", "", "interrupted", "")]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ErrorReport.Write(console, json, ExitCode.Environment, [new("viommu", 0, 0, "", "", e.Message, "")]);
        }
        catch (Exception e)
        {
            return CrashReport.Write(console, json, args, host.Clock, e);
        }
    }

    // The message begins with the place, which the error has fields for.
    private static string Remainder(RecordedTraceException e)
    {
        var place = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{e.File}:{e.Line}: ");
        return e.Message.StartsWith(place, StringComparison.Ordinal) ? e.Message[place.Length..] : e.Message;
    }
}
