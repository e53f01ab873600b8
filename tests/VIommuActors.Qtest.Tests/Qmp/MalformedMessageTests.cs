using System.Text;
using VIommuActors.Qtest.Qmp;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.Tests.Qmp;

[Collection(MemoryTests.Name)]
public sealed class MalformedMessageTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "'execute'", "\"arguments\"", "'id'", "'qmp_capabilities'", "'query-status'", "'qom-list-types'", "{'implements':",
        "1", "-", "01", "1e", "1e5", "1e999", "1.", "nul", "null", "true", "'\\u12'", "'\\ud800'", "\"\\", "'", "\"", "\n", "\0", "\u0001", "é", "%d", "@", " ",
    ];

    [Fact]
    public void Ten_thousand_malformed_messages_are_answered_and_the_next_good_one_too()
    {
        var random = new Random(20261126);
        var received = new StringBuilder();
        using var session = new QmpSession(
            new MonitoredMachine(new NoMachine(), QemuRelease.Qemu7, TimeProvider.System), bytes => received.Append(Encoding.ASCII.GetString(bytes)));
        session.Feed("{'execute':'qmp_capabilities'}"u8);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 10_000; i++)
        {
            received.Clear();
            var message = Message(random);
            session.Feed(message);
            // Whatever is open by now ends with a byte that no token can hold.
            session.Feed([0xff, (byte)'\n']);
            Assert.True(received.Length > 0, Encoding.Latin1.GetString(message));
            received.Clear();
            session.Feed("{'execute':'query-kvm','id':'still here'}"u8);
            Assert.True(received.ToString().EndsWith("\"id\": \"still here\"}\r\n", StringComparison.Ordinal), Encoding.Latin1.GetString(message));
        }
        received.Clear();
        received.Capacity = 0;
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);
    }

    private static byte[] Message(Random random)
    {
        if (random.Next(4) == 0)
        {
            var noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            return noise;
        }
        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => Pieces[random.Next(Pieces.Length)])));
    }
}
