using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Cli.Verbs;
using VIommuActors.Exploration;

namespace VIommuActors.Cli.Exploring;

/// <summary>What a search leaves behind: its first violation, found and shrunk, and what an unfinished one needs to go on.</summary>
/// <param name="session">The invocation.</param>
/// <param name="path">Folder that the user named, or null.</param>
/// <param name="resumed">File that the search went on from, or null.</param>
internal sealed class SearchArtefacts(ToolSession session, string? path, string? resumed)
{
    private readonly string? _root = session.Host.Console.Variable(VerbHelp.RunsVariable);
    private RunFolder? _folder;

    /// <summary>Looks whether the folder that the user named can be written to: after a long search it would be too late.</summary>
    /// <exception cref="ToolException">It cannot.</exception>
    public void CheckFolder()
    {
        if ((path ?? _root) is { Length: > 0 } folder)
        {
            RunFolder.Check(folder);
        }
    }

    /// <summary>Writes what there is. If that fails, the search has still found what it found.</summary>
    public SearchOutcome Keep(SearchOutcome outcome)
    {
        try
        {
            outcome = Unfinished(outcome);
            return Violation(outcome);
        }
        catch (ToolException e) when (e.Code == ExitCode.Environment)
        {
            return outcome with { WriteError = e.Errors[0].ToString() };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return outcome with { WriteError = e.Message };
        }
    }

    /// <summary>A budget in itself leaves nothing behind: only who names a folder, goes on, or interrupts, means to go on.</summary>
    private SearchOutcome Unfinished(SearchOutcome outcome)
    {
        if (outcome.Result is not { End: ExploreEnd.Budget or ExploreEnd.Cancelled, Checkpoint: { } unfinished }
            || !(outcome.IsInterrupted || path is not null || resumed is not null))
        {
            return outcome;
        }
        // A search that went on goes on from the same file, unless another folder is named.
        var file = path is null && resumed is not null ? resumed : Folder(outcome).File(SavedSearch.FileName);
        SavedSearch.Write(file, outcome.Plan, unfinished);
        return outcome with { SavedFile = file };
    }

    private SearchOutcome Violation(SearchOutcome outcome)
    {
        if (outcome.Result.FirstViolation is not { } found)
        {
            return outcome;
        }
        var (plan, setup) = (outcome.Plan, outcome.Plan.Setup);
        var folder = Folder(outcome);
        var (file, shrunkFile) = (folder.File(CounterexampleFiles.Trace), folder.File(CounterexampleFiles.Shrunk));
        var traced = CounterexampleFiles.Write(
            file, setup, setup.Header(plan.Strategy, found.Choices, ToolVersion.Number), found.Property);
        var (shorter, choices) = Searcher.Shorten(setup, found);
        var shrunk = CounterexampleFiles.Write(
            shrunkFile, shorter, shorter.Header(plan.Strategy, choices, ToolVersion.Number), found.Property);
        return outcome with { Counterexample = traced, TraceFile = file, Shrunk = shrunk, ShrunkFile = shrunkFile };
    }

    private RunFolder Folder(SearchOutcome outcome)
    {
        var (plan, setup) = (outcome.Plan, outcome.Plan.Setup);
        return _folder ??= path is not null
            ? RunFolder.At(path)
            : RunFolder.New(RunFolder.RootOf(_root), plan.Scenario, setup.Seed, setup.Protocol, session.Host.Clock.GetUtcNow());
    }
}
