using System.Globalization;
using System.Text;
using CsCheck;
using VIommuActors.Qtest.Protocol;

namespace VIommuActors.Qtest.Tests.Protocol;

public sealed class CNumberTests
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("00", 0UL)]
    [InlineData("010", 8UL)]
    [InlineData("0x0000000000000000000000ff", 255UL)]
    [InlineData("0XfF", 255UL)]
    [InlineData("+7", 7UL)]
    [InlineData("\t 7", 7UL)]
    [InlineData("-1", ulong.MaxValue)]
    [InlineData("-0x10", ulong.MaxValue - 15)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("01777777777777777777777", ulong.MaxValue)]
    public void Words_that_C_takes(string word, ulong value)
    {
        Assert.True(CNumber.TryParse(Encoding.ASCII.GetBytes(word), out ulong parsed));
        Assert.Equal(value, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+-1")]
    [InlineData("0x")]
    [InlineData("08")]
    [InlineData("1a")]
    [InlineData("0xg")]
    [InlineData("5 ")]
    [InlineData("1.0")]
    [InlineData("1,000")]
    [InlineData("18446744073709551616")]
    [InlineData("0x10000000000000000")]
    [InlineData("02000000000000000000000")]
    public void Words_that_C_does_not_take(string word)
    {
        Assert.False(CNumber.TryParse(Encoding.ASCII.GetBytes(word), out ulong _));
        Assert.False(CNumber.TryParse(Encoding.ASCII.GetBytes(word), out long _));
    }

    [Theory]
    [InlineData("-9223372036854775808", true)]
    [InlineData("-9223372036854775809", false)]
    [InlineData("9223372036854775807", true)]
    [InlineData("9223372036854775808", false)]
    public void Signed_numbers_end_where_they_do_in_C(string word, bool valid) =>
        Assert.Equal(valid, CNumber.TryParse(Encoding.ASCII.GetBytes(word), out long _));

    [Fact]
    public void Every_number_is_taken_in_every_base() => Gen.ULong.Sample(number =>
    {
        string[] words = [number.ToString(CultureInfo.InvariantCulture), $"0x{number:x}", $"0X{number:X16}", "0" + Octal(number)];
        return words.All(word => CNumber.TryParse(Encoding.ASCII.GetBytes(word), out ulong parsed) && parsed == number);
    });

    private static string Octal(ulong number) => number == 0 ? "" : Octal(number >> 3) + (char)('0' + (number & 7));
}
