namespace VIommuActors.Qtest.Protocol;

/// <summary>Hexadecimal digits, lower case.</summary>
internal static class Hex
{
    /// <summary>The digit of 0 to 15.</summary>
    public static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    /// <summary>0 to 15, or -1 for what is no digit.</summary>
    public static int Value(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
