using VIommuActors.Experiments.Exploring;
using VIommuActors.Cli.Input;

namespace VIommuActors.Cli.Tests;

public sealed class InputTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("007", 7)]
    [InlineData("1234567", 1234567)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("0x0", 0)]
    [InlineData("0x2a", 42)]
    [InlineData("0X2A", 42)]
    [InlineData("0xffffffffffffffff", ulong.MaxValue)]
    [InlineData("deadbee", 0xdeadbee)]
    [InlineData("8d1664c", 0x8d1664c)]
    [InlineData("8d1664c0123456789abcdef0123456789abcdef0", 0x8d1664c012345678)]
    [InlineData("1234567890123456789012345678901234567890", 0x1234567890123456)]
    public void A_seed_is_decimal_hex_or_the_first_sixteen_digits_of_a_hash(string text, ulong expected)
    {
        Assert.True(Seed.TryParse(text, out var seed));
        Assert.Equal(expected, seed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("1_000")]
    [InlineData("1.0")]
    [InlineData("0x")]
    [InlineData("0x1g")]
    [InlineData("0x10000000000000000")]
    [InlineData("18446744073709551616")]
    [InlineData("12345678901234567890123")]
    [InlineData("abcdef")]
    [InlineData("abcdefg")]
    [InlineData("8d1664c0123456789abcdef0123456789abcdef01")]
    public void Everything_else_is_no_seed(string text) => Assert.False(Seed.TryParse(text, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0xdeadbee)]
    [InlineData(ulong.MaxValue)]
    public void Both_printed_forms_of_a_seed_read_back(ulong seed)
    {
        Assert.True(Seed.TryParse(Seed.Hex(seed), out var fromHex));
        Assert.True(Seed.TryParse(seed.ToString(System.Globalization.CultureInfo.InvariantCulture), out var fromDecimal));
        Assert.Equal((seed, seed), (fromHex, fromDecimal));
    }

    [Theory]
    [InlineData("stale-dma", "stale-dma")]
    [InlineData("my file.conf", "'my file.conf'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("", "''")]
    [InlineData("$(rm)", "'$(rm)'")]
    public void A_word_of_a_command_reads_back_in_a_shell(string word, string quoted) => Assert.Equal(quoted, ShellWord.Quote(word));

    [Fact]
    public void The_command_to_run_again_names_everything_that_matters() => Assert.Equal(
        "viommu run stale-dma --protocol translate --seed 0xff --set 'topology.devices=[ { count = 1 } ]' --set limits.steps=5",
        CommandText.Run("stale-dma", ["topology.devices=[ { count = 1 } ]", "limits.steps=5"], "translate", 255));
}
