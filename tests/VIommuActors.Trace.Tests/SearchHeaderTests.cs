using System.Text;
using VIommuActors.Trace;

namespace VIommuActors.Trace.Tests;

public class SearchHeaderTests
{
    private const string Line =
        """{"schema":"viommu.trace/1","scenario":"s","protocol":"drain","seed":"0x7","tool":"0.1.0","searched":true,"strategy":"pct:3","faults":1,"conf":"a {\n}\n","choices":[2,0,11]}""" + "\n";

    [Fact]
    public void The_header_of_a_searched_run_has_this_form_and_is_read_back()
    {
        var search = new TraceSearch("pct:3", 1, "a {\n}\n", [2, 0, 11]);
        using var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, new TraceHeader("s", "drain", 7, "0.1.0", search)))
        {
            writer.Complete();
        }

        Assert.Equal(Line, Encoding.UTF8.GetString(stream.ToArray()));
        var read = Samples.Reader(Line).Header.Search!;
        Assert.Equal(("pct:3", 1, "a {\n}\n"), (read.Strategy, read.Faults, read.Conf));
        Assert.Equal([2, 0, 11], read.Choices.AsEnumerable());
    }

    [Fact]
    public void What_is_not_the_usual_stands_between_the_faults_and_the_scenario()
    {
        var search = new TraceSearch("pos", 2, "c", [1])
        {
            FaultKinds = "drop,crash",
            FaultsOn = "DrainAck",
            Mutant = "some-defect",
            Stops = true,
        };
        using var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, new TraceHeader("s", "drain", 7, "0.1.0", search)))
        {
            writer.Complete();
        }

        var text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.Contains(
            """
            "faults":2,"fault_kinds":"drop,crash","faults_on":"DrainAck","mutant":"some-defect","stops":true,"conf":"c","choices":[1]}
            """.Trim(), text, StringComparison.Ordinal);
        var read = Samples.Reader(text).Header.Search!;
        Assert.Equal(("drop,crash", "DrainAck", "some-defect", true), (read.FaultKinds, read.FaultsOn, read.Mutant, read.Stops));
        Assert.Throws<TraceFormatException>(() => Samples.Reader(text.Replace("\"stops\":true", "\"stops\":false", StringComparison.Ordinal)));
        var usual = Samples.Reader(Line).Header.Search!;
        Assert.Equal((null, null, null, false), (usual.FaultKinds, usual.FaultsOn, usual.Mutant, usual.Stops));
    }

    [Theory]
    [InlineData("\"searched\":true", "\"searched\":false", "searched", "found false; true")]
    [InlineData("\"searched\":true,", "", "strategy", "no field")]
    [InlineData("\"conf\":\"a {\\n}\\n\",", "", "conf", "missing")]
    [InlineData("\"faults\":1", "\"faults\":-1", "faults", "found -1")]
    [InlineData("[2,0,11]", "[2,-1]", "choices", "found -1; a list of integers")]
    [InlineData("[2,0,11]", "\"2\"", "choices", "a list of integers")]
    public void A_searched_runs_header_has_all_of_its_fields_or_is_refused(string find, string replace, string field, string problem)
    {
        var broken = Line.Replace(find, replace, StringComparison.Ordinal);
        Assert.NotEqual(Line, broken);
        var e = Assert.Throws<TraceFormatException>(() => Samples.Reader(broken));
        Assert.Equal((1, field), (e.Line, e.Field));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }
}
