using System.Text;
using CsCheck;

namespace VIommuActors.Qtest.Tests.Protocol;

/// <summary>Replies as QEMU 7.2 gave them to the same lines; where it aborts, FAIL with a reason.</summary>
public sealed class QtestSessionTests : IDisposable
{
    private readonly Client _client = new();

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("endianness\n", "OK little\n")]
    [InlineData("endianness foo\n", "OK little\n")]
    [InlineData("endianness\r\n", "FAIL Unknown command 'endianness\r'\n")]
    [InlineData(" endianness\n", "FAIL Unknown command ''\n")]
    [InlineData("fo\to bar\n", "FAIL Unknown command 'fo\to'\n")]
    [InlineData("Readl 0\n", "FAIL Unknown command 'Readl'\n")]
    [InlineData("readx 0\n", "FAIL Unknown command 'readx'\n")]
    [InlineData("inq 0\n", "FAIL Unknown command 'inq'\n")]
    [InlineData("rtas a 0 0 0 0\n", "FAIL Unknown command 'rtas'\n")]
    [InlineData("\n\nendianness\n", "OK little\n")]
    [InlineData("endianness", "")]
    [InlineData("module_load a b\n", "FAIL\n")]
    public void A_line_has_the_reply_that_qemu_gives(string line, string reply) => Assert.Equal(reply, _client.Send(line));

    [Theory]
    [InlineData("outl 0xcf8\n", "FAIL value is missing\n")]
    [InlineData("outl  0xcf8 1\n", "FAIL port is not a number of 64 bits\n")]
    [InlineData("outl 0x10000 1\n", "FAIL port is above 0xffff\n")]
    [InlineData("inb -1\n", "FAIL port is above 0xffff\n")]
    [InlineData("readl\n", "FAIL address is missing\n")]
    [InlineData("readl 0x\n", "FAIL address is not a number of 64 bits\n")]
    [InlineData("readl 08\n", "FAIL address is not a number of 64 bits\n")]
    [InlineData("writeq 0x108 0x1ffffffffffffffff\n", "FAIL value is not a number of 64 bits\n")]
    [InlineData("read 0 0\n", "FAIL size is 0\n")]
    [InlineData("read 0x100 -1\n", "FAIL size is more than 268435456 bytes\n")]
    [InlineData("memset 0 0x10000001 0\n", "FAIL size is more than 268435456 bytes\n")]
    [InlineData("write 0x100 4\n", "FAIL data is missing\n")]
    [InlineData("irq_intercept_in\n", "FAIL path is missing\n")]
    [InlineData("set_irq_in ioapic unnamed-gpio-in x 1\n", "FAIL number is not a signed number of 64 bits\n")]
    [InlineData("module_load a\n", "FAIL name is missing\n")]
    [InlineData("clock_set\n", "FAIL time is missing\n")]
    [InlineData("clock_step x\n", "FAIL time is not a signed number of 64 bits\n")]
    public void Where_qemu_aborts_there_is_a_reason(string line, string reply) => Assert.Equal(reply, _client.Send(line));

    [Theory]
    [InlineData("writeb 0x100 0x1ff\nwritew 0x102 -1\nreadq 0x100\n", "OK\nOK\nOK 0x00000000ffff00ff\n")]
    [InlineData("writeq 0x108 0x1122334455667788\nreadb 0x108\nreadq 264\n", "OK\nOK 0x0000000000000088\nOK 0x1122334455667788\n")]
    [InlineData("writel 0x100 0x1ffffffff\nreadq 0x100\n", "OK\nOK 0x00000000ffffffff\n")]
    [InlineData("writeb 0400 +5\nreadb 256\n", "OK\nOK 0x0000000000000005\n")]
    [InlineData("readl -8\n", "OK 0x0000000000000000\n")]
    [InlineData("outb 0x80 0x12ff\ninb 0x80\ninw 0x81\ninl 0x81\n", "OK\nOK 0x00ff\nOK 0xffff\nOK 0xffffffff\n")]
    [InlineData("outl 0xcf8 0x80000000 \ninl 0xcf8 x\n", "OK\nOK 0x80000000\n")]
    public void Registers_memory_and_ports_are_read_and_written(string lines, string replies) => Assert.Equal(replies, _client.Send(lines));

    [Theory]
    [InlineData("write 0x100 8 0x0102030405060708\nreadl 0x100\n", "OK\nOK 0x0000000004030201\n")]
    [InlineData("write 0x100 4 0x\nwrite 0x100 4 01\nread 0x100 4\n", "ERR invalid argument size\nERR invalid argument size\nOK 0x00000000\n")]
    [InlineData("write 0x100 4 0x0102\nread 0x100 4\n", "OK\nOK 0x01020000\n")]
    [InlineData("write 0x100 4 0x010203040506\nread 0x100 8\n", "OK\nOK 0x0102030400000000\n")]
    [InlineData("write 0x100 4 0x01020\nread 0x100 4\n", "OK\nOK 0x01020000\n")]
    [InlineData("write 0x100 4 abcdef\nread 0x100 4\n", "OK\nOK 0xcdef0000\n")]
    [InlineData("write 0x100 4 0xzz12\nread 0x100 4\n", "OK\nOK 0xff120000\n")]
    [InlineData("write 0x100 0 0xzz12\n", "OK\n")]
    [InlineData("memset 0x100 0 5\nmemset 0x100 4 0x1ff\nread 0x100 5\n", "OK\nOK\nOK 0xffffffff00\n")]
    [InlineData("b64read 0x100 0\n", "OK \n")]
    [InlineData("b64read 0x100 5\n", "OK AAAAAAA=\n")]
    [InlineData("b64write 0x100 5 aGVsbG8=\nb64read 0x100 5\nread 0x100 5\n", "OK\nOK aGVsbG8=\nOK 0x68656c6c6f\n")]
    [InlineData("b64write 0x100 5 aG\n", "ERR invalid argument size\n")]
    [InlineData("b64write 0x100 4 aGVsbG8=\nread 0x100 5\n", "OK\nOK 0x68656c6c00\n")]
    [InlineData("b64write 0x100 5 a!VsbG8=\nread 0x100 3\n", "OK\nOK 0x695b1b\n")]
    [InlineData("b64write 0x100 -1 aaaa\n", "FAIL size is more than 268435456 bytes\n")]
    [InlineData("read 0xffffffffffffffff 2\n", "OK 0x0000\n")]
    public void Runs_of_bytes_are_read_and_written(string lines, string replies) => Assert.Equal(replies, _client.Send(lines));

    [Fact]
    public void Four_bytes_reach_a_device_as_one_access()
    {
        _client.Send("read 0x10000010 0x4\nwrite 0x10000020 0x4 0x01020304\nreadl 0x10000030\n");
        Assert.Equal([('r', 0x10, 4), ('w', 0x20, 4), ('r', 0x30, 4)], _client.Platform.Accesses);
    }

    [Fact]
    public void Long_runs_are_cut_where_no_aligned_access_is_cut()
    {
        _client.Send("memset 0x10000004 0x10000 1\nread 0x10000004 0x10000\n");
        Assert.All(_client.Platform.Accesses, access => Assert.True(access.Offset == 4 || access.Offset % 0x4000 == 0));
        Assert.Equal(2 * 0x10000, _client.Platform.Accesses.Sum(access => access.Size));
    }

    [Fact]
    public void Time_moves_by_commands_only()
    {
        var fired = new List<long>();
        _client.Platform.SetTimer(100, () => fired.Add(100));
        _client.Platform.SetTimer(300, () => fired.Add(300));
        Assert.Equal("OK 10\n", _client.Send("clock_step 10\n"));
        Assert.Equal("OK 100\n", _client.Send("clock_step\n"));
        Assert.Equal("OK 200\nOK 250\n", _client.Send("clock_set 200\nclock_step 50\n"));
        Assert.Equal([100], fired);
        Assert.Equal("OK 300\n", _client.Send("clock_step\n"));
        Assert.Equal("FAIL cannot advance clock to the next deadline because there is no pending deadline\n", _client.Send("clock_step\n"));
        Assert.Equal(
            "FAIL could not advance time\nFAIL could not advance time\nFAIL 300\nFAIL 300\nFAIL could not advance time\n",
            _client.Send("clock_step -5\nclock_step 0\nclock_set 5\nclock_set 300\nclock_step 0x7fffffffffffffff\n"));
        Assert.Equal([100, 300], fired);
    }

    [Fact]
    public void Pins_are_told_before_the_reply_of_the_command_that_moved_them()
    {
        Assert.Equal("OK\n", _client.Send($"irq_intercept_in {FakePlatform.Device}\n"));
        _client.Platform.SetTimer(5, () =>
        {
            _client.Platform.Move(17, true);
            _client.Platform.Move(255, false);
        });
        Assert.Equal("IRQ raise 17\nIRQ lower 255\nOK 5\n", _client.Send("clock_step\n"));
        Assert.Equal("IRQ raise 2\nOK\n", _client.Send($"set_irq_in {FakePlatform.Device} unnamed-gpio-in 2 1\n"));
    }

    [Fact]
    public void Pins_that_move_between_commands_are_told_at_a_flush()
    {
        _client.Platform.Move(3, true);
        Assert.Equal("IRQ raise 3\n", _client.Flush());
        Assert.Equal("", _client.Flush());
    }

    [Theory]
    [InlineData("irq_intercept_in nope\n", "FAIL Unknown device\n")]
    [InlineData("irq_intercept_out /machine/dev\nirq_intercept_out /machine/dev\nirq_intercept_in other\n",
        "OK\nOK\nFAIL IRQ intercept already enabled\n")]
    [InlineData("irq_intercept_in /machine/dev name\n", "FAIL Interception of named in-GPIOs not yet supported\n")]
    [InlineData("irq_intercept_out /machine/dev none\n", "FAIL No intercepts installed\n")]
    [InlineData("set_irq_in nope unnamed-gpio-in 0 1\n", "FAIL Unknown device\n")]
    [InlineData("set_irq_in /machine/dev unnamed-gpio-in 99 1\n", "FAIL Unknown device\n")]
    [InlineData("set_irq_in /machine/dev unnamed-gpio-in -1 1\n", "FAIL Unknown device\n")]
    public void What_cannot_be_intercepted_or_set_is_refused(string lines, string replies) => Assert.Equal(replies, _client.Send(lines));

    [Fact]
    public void A_session_that_has_ended_hears_of_no_pin()
    {
        Assert.Equal(1, _client.Platform.Subscribers);
        _client.Dispose();
        Assert.Equal(0, _client.Platform.Subscribers);
    }

    [Fact]
    public void What_is_written_is_read_back_in_every_form_however_the_stream_is_cut() =>
        Gen.Select(Gen.Byte.Array[1, 70_000], Gen.Int[0, 100_000], Gen.Int[1, 5000]).Sample((data, address, cut) =>
        {
            using var client = new Client();
            var stream = Encoding.ASCII.GetBytes(
                $"write {address} {data.Length} 0x{Convert.ToHexString(data)}\nread 0x{address:x} {data.Length}\nb64read {address} {data.Length}\n"
                + $"memset {address} {data.Length} 0\nb64write {address} {data.Length} {Convert.ToBase64String(data)}x\nread {address} {data.Length}\n");
            var replies = new StringBuilder();
            foreach (var part in stream.Chunk(cut)) replies.Append(client.Send(part));
            var hex = Convert.ToHexStringLower(data);
            return replies.ToString() == $"OK\nOK 0x{hex}\nOK {Convert.ToBase64String(data)}\nOK\nOK\nOK 0x{hex}\n";
        }, iter: 60);

    [Fact]
    public void A_line_beyond_the_limit_is_refused_and_the_next_one_answered()
    {
        var part = new byte[1 << 20];
        part.AsSpan().Fill((byte)'a');
        for (var i = 0; i <= 64; i++) Assert.Equal("", _client.Send(part));
        Assert.Equal("FAIL the line is longer than 67108864 bytes\nOK little\n", _client.Send("\nendianness\n"));
    }

    [Fact]
    public void A_long_read_takes_no_more_memory_than_a_short_one()
    {
        long length = 0;
        using var session = new Qtest.Protocol.QtestSession(new NoMachine(), bytes => length += bytes.Length);
        session.Feed("read 0 16\n"u8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        session.Feed("read 0 0x1000000\nmemset 0 0x1000000 0\n"u8);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal("OK 0x\n".Length + 32 + "OK 0x\n".Length + (2L << 24) + "OK\n".Length, length);
    }
}
