using System.Text;
using CsCheck;

namespace VIommuActors.Scenarios.Tests;

public sealed class FuzzTests
{
    private static readonly string[] Tokens =
        ["{", "}", "[", "]", "=", ",", "\"", "\n", "#", "//", ".", "\\", "\u0000", "\uD800", "null", "-1", "1/0", "9999999999999999999999", "include \"stale-dma.conf\"\n",
         "viommu.scenario", "topology", "devices", " = [", "name = ", "faults = [ { on = x } ]\n", "é", "\r", "\t", "protocols.drain {"];

    private static readonly Gen<string> Start = Gen.OneOf([.. ScenarioLoader.Names.Select(ScenarioLoader.TextOf), ScenarioLoader.ReferenceText]);

    // Where and how much are drawn as shares of the length, so that they fit whatever is left of the text.
    private static readonly Gen<(int Kind, int At, int Length, int Token)[]> Edits =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 999], Gen.Int[0, 40], Gen.Int[0, 28]).Array[1, 6];

    [Fact]
    public void No_text_makes_the_loader_throw_anything_but_scenario_errors()
    {
        using var bench = new Bench();
        var file = 0;
        Gen.Select(Start, Edits).Select((text, edits) => edits.Aggregate(text, Edit)).Sample(text =>
        {
            var path = bench.Write($"{Interlocked.Increment(ref file)}.conf", Encoding.UTF8.GetBytes(text));
            try
            {
                ScenarioLoader.Load(path, [], Bench.Messages, Bench.Parties);
            }
            catch (ScenarioException e)
            {
                Readable(e);
            }
            File.Delete(path);
        }, iter: 3000);
    }

    [Fact]
    public void No_set_makes_the_loader_throw_anything_but_scenario_errors() =>
        Gen.Select(Gen.OneOf("topology.vcpus=2", "faults=[{on=x, drop=1/2}]", "description=a b", "topology=", "workload.file=x"), Edits)
            .Select((text, edits) => edits.Aggregate(text, Edit))
            .Sample(set =>
            {
                try
                {
                    ScenarioLoader.Load("quiet", [set]);
                }
                catch (ScenarioException e)
                {
                    Readable(e);
                }
            }, iter: 3000);

    private static void Readable(ScenarioException exception)
    {
        Assert.NotEmpty(exception.Errors);
        Assert.All(exception.Errors, e => Assert.NotEmpty(e.Message));
        Assert.All(exception.Errors, e => Assert.DoesNotContain(e.ToString(), char.IsControl));
    }

    private static string Edit(string text, (int Kind, int At, int Length, int Token) edit)
    {
        var at = text.Length * edit.At / 1000;
        var end = Math.Min(text.Length, at + edit.Length);
        return edit.Kind switch
        {
            0 => text[..at] + text[end..],
            1 => text[..end] + text[at..],
            _ => text[..at] + Tokens[edit.Token] + text[at..],
        };
    }
}
