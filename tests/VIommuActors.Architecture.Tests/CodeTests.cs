using System.Reflection;
using System.Runtime.CompilerServices;

namespace VIommuActors.Architecture.Tests;

/// <summary>What code below the tool never does: block, run elsewhere, write to the console.</summary>
public sealed class CodeTests
{
    private const string Task = "System.Threading.Tasks.Task";

    /// <summary>Members that leave the one thread of a run, or stop it until another one has moved.</summary>
    private static readonly HashSet<(string Type, string Member)> Forbidden =
    [
        (Task, "Run"), (Task, "Wait"), (Task, "WaitAll"), (Task, "WaitAny"), ("System.Threading.Tasks.Task`1", "get_Result"),
        ("System.Threading.Tasks.ValueTask`1", "get_Result"), ("System.Threading.Tasks.TaskFactory", "StartNew"),
        ("System.Threading.Thread", "Start"), ("System.Threading.Thread", "Sleep"), ("System.Threading.ThreadPool", "QueueUserWorkItem"),
    ];

    public static TheoryData<string> Libraries => ReferenceTests.Libraries;

    public static TheoryData<string> Projects => ReferenceTests.Projects;

    [Theory, MemberData(nameof(Libraries))]
    public void A_library_neither_blocks_on_a_task_nor_starts_work_elsewhere(string project) =>
        Check.None(Leaving(Product.Metadata(project)).Except(Exempt(project)));

    /// <summary>Akka ends a system on its own pool. Waiting for that, with a limit, is right where no actor is left to be held up.</summary>
    [Fact]
    public void The_one_wait_for_a_task_is_at_the_end_of_a_simulated_system() =>
        Assert.Equal(
            ["SimSystem.cs"],
            Product.Sources("Simulation").Where(file => file.Lines.Any(line => line.Contains(".Wait(", StringComparison.Ordinal)))
                .Select(file => Path.GetFileName(file.Path)));

    /// <summary>A search with workers has a simulated system on each thread; no run knows of another.</summary>
    [Fact]
    public void The_only_threads_are_the_workers_of_a_search() =>
        Assert.Equal(
            ["ParallelExplorer.cs"],
            Product.Sources("Exploration").Where(file => file.Lines.Any(line => line.Contains("new Thread(", StringComparison.Ordinal)))
                .Select(file => Path.GetFileName(file.Path)));

    [Theory, MemberData(nameof(Libraries))]
    public void Only_the_tool_writes_to_the_console(string project) => Check.None(ConsoleIn(Product.Metadata(project)));

    [Theory, MemberData(nameof(Projects))]
    public void No_method_is_async_void(string project) => Check.None(AsyncVoids(Product.Assembly(project).GetTypes()));

    [Fact]
    public void The_rules_see_planted_code()
    {
        var planted = new Metadata(typeof(CodeTests).Assembly.Location);
        Assert.Contains($"{Task}.Run", Leaving(planted));
        Assert.Contains($"{Task}.Wait", Leaving(planted));
        Assert.Contains($"{Task}`1.get_Result", Leaving(planted));
        Assert.NotEmpty(ConsoleIn(planted));
        Assert.Equal(["Planted.Forget"], AsyncVoids([typeof(Planted)]));
    }

    private static string[] Exempt(string project) => project switch
    {
        "Simulation" => [$"{Task}.Wait"],
        "Exploration" => ["System.Threading.Thread.Start"],
        _ => [],
    };

    private static IEnumerable<string> Leaving(Metadata metadata) =>
        metadata.Members.Where(Forbidden.Contains).Select(member => $"{member.Type}.{member.Member}").Distinct();

    private static IEnumerable<string> ConsoleIn(Metadata metadata) =>
        metadata.Types.Where(type => type is { Namespace: "System", Name: "Console" }).Select(type => type.Name);

    private static IEnumerable<string> AsyncVoids(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
        where method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false)
        select $"{type.Name}.{method.Name}";

    /// <summary>Never called: only there to be found.</summary>
    private static class Planted
    {
        public static async void Forget() => await System.Threading.Tasks.Task.Yield();

        public static int Block()
        {
            Console.WriteLine();
            var task = System.Threading.Tasks.Task.Run(() => 1);
#pragma warning disable xUnit1031 // blocking is the point
            ((System.Threading.Tasks.Task)task).Wait();
            return task.Result;
#pragma warning restore xUnit1031
        }
    }
}
