using System.Text;
using CsCheck;
using VIommuActors.Trace.Charts;
using VIommuActors.Trace.Timeline;

namespace VIommuActors.Trace.Tests.Timeline;

/// <summary>What processes wrote apart, put together.</summary>
public sealed class MergedTimelineTests
{
    private static readonly Gen<History> Histories =
        Gen.Select(Gen.Int[2, 4], Gen.Int[-900_000, 900_000].Array[1, 4], Gen.Int[0, 1_000_000].Array[0, 120])
            .Select((processes, skews, draws) =>
        {
            var history = new History(processes, [.. skews]);
            foreach (var draw in draws) history.Next(draw);
            return history;
        });

    [Fact]
    public void Any_history_comes_out_in_an_order_that_could_have_been() => Histories.Sample(history =>
    {
        var merged = MergedTimeline.Merge(Enumerable.Range(0, history.Processes).Select(history.Read));
        Assert.Empty(merged.Gaps);
        Assert.Equal(history.Order.Count, merged.Steps.Count);
        var place = merged.Steps.Index().ToDictionary(one => (one.Item.Process, one.Item.Step), one => one.Index);
        foreach (var (process, step) in history.Order.Where(one => one.Step > 1))
            Assert.True(place[(process, step - 1)] < place[(process, step)]);
        foreach (var (from, to) in history.Edges)
        {
            Assert.True(place[from] < place[to]);
            Assert.Equal(place[from] + 1, merged.Steps[place[to]].Cause);
        }
        Assert.Equal(history.Edges.Count, merged.Crossings);
        for (var i = 1; i < merged.Steps.Count; i++) Assert.True(merged.Steps[i].TimeNs >= merged.Steps[i - 1].TimeNs);
        var lines = Lines(merged);
        foreach (var note in lines.OfType<TraceNote>().Where(note => note.Name == "violation"))
            Assert.Equal(note.Step, (long)note.Args.Single().Bits);
        _ = SequenceChart.From(merged.Header, lines).ToReport();
    }, iter: 500);

    [Fact]
    public void The_same_files_give_the_same_bytes_in_whatever_order_they_come() => Histories.Sample(history =>
    {
        var halves = Enumerable.Range(0, history.Processes).Select(history.Read).ToArray();
        Assert.Equal(Bytes(MergedTimeline.Merge(halves)), Bytes(MergedTimeline.Merge(halves.Reverse())));
    }, iter: 100);

    [Fact]
    public void A_file_that_was_cut_off_anywhere_costs_its_last_steps_and_is_said() =>
        Gen.Select(Histories, Gen.Int[0, 1_000_000], Gen.Int[0, 3]).Sample((history, cut, which) =>
        {
            var process = which % history.Processes;
            var whole = history.FileOf(process);
            var head = Encoding.UTF8.GetString(whole).Split('\n').Take(2).Sum(line => Encoding.UTF8.GetByteCount(line) + 1);
            var torn = whole[..(head + (cut % (whole.Length - head)))];
            var merged = MergedTimeline.Merge(Enumerable.Range(0, history.Processes).Select(other =>
                other == process ? History.Read(torn, "torn") : history.Read(other)));
            Assert.Contains(merged.Gaps, gap => gap.Contains("was killed", StringComparison.Ordinal));
            Assert.InRange(merged.Crossings, 0, history.Edges.Count);
            _ = SequenceChart.From(merged.Header, Lines(merged)).ToText();
        }, iter: 300);

    [Fact]
    public void A_file_that_is_missing_is_said_and_the_others_keep_their_order() => Histories.Sample(history =>
    {
        var merged = MergedTimeline.Merge(Enumerable.Range(1, history.Processes - 1).Select(history.Read));
        Assert.Contains(merged.Gaps, gap => gap.StartsWith("the hypervisor half's trace is missing", StringComparison.Ordinal));
        var place = merged.Steps.Index().ToDictionary(one => (one.Item.Process, one.Item.Step), one => one.Index);
        foreach (var (from, to) in history.Edges.Where(edge => edge.From.Process > 0 && edge.To.Process > 0))
            Assert.True(place[from] < place[to]);
    }, iter: 200);

    [Fact]
    public void A_clock_that_its_senders_steps_do_not_bear_out_is_an_error_that_names_file_and_line()
    {
        var history = TwoThatTalk();
        var text = Encoding.UTF8.GetString(history.FileOf(1));
        var line = Array.FindIndex(text.Split('\n'), one => one.Contains("\"clock\":\"0:1\"", StringComparison.Ordinal)) + 1;
        // The step is there, but it did not know of what the frame says that it knew.
        var forged = text.Replace("\"clock\":\"0:1\"", "\"clock\":\"0:1,2:4\"", StringComparison.Ordinal);
        var error = Assert.Throws<TraceFormatException>(() => MergedTimeline.Merge([history.Read(0), History.Read(forged, "forged")]));
        Assert.Equal(("forged", line), (error.File, error.Line));
        Assert.Contains("contradiction", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_beyond_the_end_of_a_whole_file_is_an_error()
    {
        var history = TwoThatTalk();
        var forged = Encoding.UTF8.GetString(history.FileOf(1))
            .Replace("\"step\":1,\"clock\":\"0:1\"", "\"step\":99,\"clock\":\"0:99\"", StringComparison.Ordinal);
        var error = Assert.Throws<TraceFormatException>(() => MergedTimeline.Merge([history.Read(0), History.Read(forged, "forged")]));
        Assert.Contains("which ended after", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_halves_that_wait_for_each_other_are_an_error()
    {
        const string Ended = """{"note":"ended","step":1,"t_ns":2,"by":"node","args":{}}""" + "\n";
        var first = Half(0, """{"note":"arrived","step":1,"t_ns":1,"by":"link","args":{"process":1,"step":1,"clock":"1:1"}}""") + Ended;
        var second = Half(1, """{"note":"arrived","step":1,"t_ns":1,"by":"link","args":{"process":0,"step":1,"clock":"0:1"}}""") + Ended;
        var error = Assert.Throws<TraceFormatException>(
            () => MergedTimeline.Merge([History.Read(first, "a"), History.Read(second, "b")]));
        Assert.Equal(("a", 3), (error.File, error.Line));
        Assert.Contains("waits for", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_two_machines_or_twice_of_one_process_are_refused()
    {
        var history = TwoThatTalk();
        var other = Encoding.UTF8.GetString(history.FileOf(1)).Replace("\"machine\":3", "\"machine\":4", StringComparison.Ordinal);
        Assert.Contains("machine 4", Assert.Throws<TraceFormatException>(
            () => MergedTimeline.Merge([history.Read(0), History.Read(other, "x")])).Message, StringComparison.Ordinal);
        Assert.Contains("process 1 as well", Assert.Throws<TraceFormatException>(
            () => MergedTimeline.Merge([history.Read(1), history.Read(0), history.Read(1)])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{\"note\":\"x\"", "no end")]
    [InlineData(Samples.HeaderLine, "begins with a note")]
    public void What_is_no_half_is_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<TraceFormatException>(() => History.Read(text, "x")).Message, StringComparison.Ordinal);

    [Fact]
    public void Steps_with_a_gap_are_refused()
    {
        var text = Half(0, """{"note":"x","step":1,"t_ns":1,"by":"y","args":{}}""")
            .Replace("\"step\":1,\"t_ns\":1,\"to\"", "\"step\":2,\"t_ns\":1,\"to\"", StringComparison.Ordinal);
        var error = Assert.Throws<TraceFormatException>(() => History.Read(text, "x"));
        Assert.Contains("without gaps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clocks_read_back_and_nothing_else_is_one()
    {
        Assert.True(ClockText.TryParse("0:1,7:300", out var clock));
        Assert.Equal("0:1,7:300", ClockText.Format(clock));
        foreach (var text in (string[])["0", "0:", ":1", "0:1,", "1:1,0:2", "0:1,0:2", "a:1", "0:-1", "0:99999999999999999999"])
            Assert.False(ClockText.TryParse(text, out _), text);
    }

    private static History TwoThatTalk()
    {
        // Process 0 sends in its first step, and 1 takes it: draws that mean just that.
        var history = new History(2, [5, -7]);
        history.Next(0);
        history.Next(15);
        Assert.Single(history.Edges);
        return history;
    }

    private static string Half(int process, string note) =>
        Samples.HeaderLine
        + """{"note":"half","step":0,"t_ns":0,"by":"node","args":"""
        + $$$"""{"run":"r","machine":3,"process":{{{process}}},"node":"n","unixNs":"0x1"}}"""
        + "\n"
        + note + "\n"
        + """{"step":1,"t_ns":1,"to":"a","from":null,"kind":"hop","msg":"M","cause":null,"enabled":1,"chosen":0,"args":{}}""" + "\n";

    private static byte[] Bytes(MergedTimeline merged)
    {
        using var stream = new MemoryStream();
        merged.Write(stream);
        return stream.ToArray();
    }

    private static IReadOnlyList<TraceLine> Lines(MergedTimeline merged) =>
        new TraceReader(new MemoryStream(Bytes(merged)), "merged").ReadToEnd();
}
