using System.Text;
using VIommuActors.Qtest.Protocol;

namespace VIommuActors.Qtest.Tests.Protocol;

[Collection(MemoryTests.Name)]
public sealed class MalformedLineTests
{
    private static readonly string[] Words =
    [
        "read", "write", "readl", "writeq", "b64read", "b64write", "memset", "inb", "outl", "clock_step", "clock_set", "irq_intercept_in",
        "irq_intercept_out", "set_irq_in", "module_load", "endianness", "0x", "-1", "0", "08", "0x10000000", "0xffffffffffffffff", "99999999999999999999",
        "/machine/dev", "unnamed-gpio-in", "0xzz", "====", "1e3", "+", "\t5", "\r", "\0", "é", "read\0l", "0x1000",
    ];

    [Fact]
    public void Ten_thousand_malformed_lines_have_one_answer_each_and_leave_nothing_behind()
    {
        var random = new Random(20261125);
        var answers = 0;
        var platform = new NoMachine();
        using var session = new QtestSession(platform, bytes => answers += bytes.Count((byte)'\n'));
        session.Feed("endianness\n"u8);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        answers = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var line = Line(random);
            session.Feed(line);
            Assert.Equal(i, answers);
            session.Feed("\n"u8);
            Assert.True(i + 1 == answers, Encoding.Latin1.GetString(line));
        }
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);
    }

    // Never empty: an empty line is none. Sizes are small or refused, so that the test is about lines and not about copying.
    private static byte[] Line(Random random)
    {
        if (random.Next(4) == 0)
        {
            var noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            for (var i = 0; i < noise.Length; i++) noise[i] = noise[i] == '\n' ? (byte)' ' : noise[i];
            return noise;
        }
        var words = Enumerable.Range(0, random.Next(1, 7)).Select(_ => Words[random.Next(Words.Length)]);
        return Encoding.UTF8.GetBytes(string.Join(random.Next(5) == 0 ? "  " : " ", words));
    }
}
