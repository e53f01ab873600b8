using System.Globalization;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>Slot and function of a PCI device as <c>addr=</c> has them.</summary>
internal static class PciAddress
{
    /// <summary>Takes <c>SLOT</c> or <c>SLOT.FUNCTION</c>, both hexadecimal, with or without 0x; slots to 1f, functions to 7.</summary>
    public static bool TryParse(string text, out (int Slot, int Function) address)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var (slot, function) = (0, 0);
        var valid = TryHex(dot < 0 ? text : text[..dot], 0x1f, out slot) && (dot < 0 || TryHex(text[(dot + 1)..], 7, out function));
        address = (slot, function);
        return valid;
    }

    private static bool TryHex(string text, int largest, out int value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        value = 0;
        return text.Length is > 0 and <= 8 && int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            && value >= 0 && value <= largest;
    }
}
