namespace VIommuActors.Qtest.Qmp;

/// <summary>
/// Cuts a stream into tokens of QEMU's JSON: standard JSON, and strings in single quotes. After a byte that fits nowhere it skips to the next
/// structural or control character, as QEMU does, so a client that got lost finds back.
/// </summary>
/// <param name="limit">Bytes of a token.</param>
internal sealed class JsonLexer(int limit)
{
    private readonly List<byte> _text = [];
    private State _state = State.Between;
    private byte _quote;

    private enum State
    {
        Between, Lost, String, Escape, Minus, Zero, Whole, Point, Fraction, Exponent, ExponentSign, ExponentDigits, Keyword,
    }

    /// <summary>The token being read exceeds the limit.</summary>
    public bool IsTooLong => _text.Count > limit;

    /// <summary>Forgets the token being read.</summary>
    public void Reset()
    {
        _text.Clear();
        if (_text.Capacity > 1 << 16) _text.Capacity = 0;
        _state = State.Between;
    }

    /// <summary>Takes one byte; <paramref name="emit"/> gets what it ends and, for a structural character, what it is.</summary>
    public void Feed(byte c, Action<JsonToken> emit)
    {
        if (_state == State.Lost && !EndsConfusion(c)) return;
        if (_state == State.Lost) _state = State.Between;
        if (Step(c) is { } next)
        {
            _text.Add(c);
            _state = next;
            if (next == State.Between) Emit(JsonTokenKind.String, emit);
            return;
        }
        if (KindBefore(c) is { } kind)
        {
            // The byte behind a number or a word ends it and is not part of it.
            Emit(kind, emit);
            if (Step(c) is { } again)
            {
                _text.Add(c);
                _state = again;
                return;
            }
        }
        if (_text.Count == 0 && c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' && _state == State.Between) return;
        _text.Add(c);
        if (_text.Count == 1 && IsStructure(c)) Emit(JsonTokenKind.Structure, emit);
        else
        {
            Emit(JsonTokenKind.Stray, emit);
            _state = State.Lost;
        }
    }

    private void Emit(JsonTokenKind kind, Action<JsonToken> emit)
    {
        var token = new JsonToken(kind, [.. _text]);
        Reset();
        emit(token);
    }

    private static bool IsStructure(byte c) => c is (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)':' or (byte)',';

    private static bool EndsConfusion(byte c) => c < 0x20 || c >= 0xfe || IsStructure(c);

    // Where a byte leads that continues the token (or begins one); null when it does not.
    private State? Step(byte c) => _state switch
    {
        State.Between => Begin(c),
        State.String => c switch
        {
            < 0x20 or >= 0xfe => null,
            (byte)'\\' => State.Escape,
            _ => c == _quote ? State.Between : State.String,
        },
        State.Escape => c is < 0x20 or >= 0xfe ? null : State.String,
        State.Minus => c == '0' ? State.Zero : IsDigit(c) ? State.Whole : null,
        State.Zero => IsDigit(c) ? null : AfterWhole(c),
        State.Whole => IsDigit(c) ? State.Whole : AfterWhole(c),
        State.Point => IsDigit(c) ? State.Fraction : null,
        State.Fraction => IsDigit(c) ? State.Fraction : c is (byte)'e' or (byte)'E' ? State.Exponent : null,
        State.Exponent => IsDigit(c) ? State.ExponentDigits : c is (byte)'+' or (byte)'-' ? State.ExponentSign : null,
        State.ExponentSign => IsDigit(c) ? State.ExponentDigits : null,
        State.ExponentDigits => IsDigit(c) ? State.ExponentDigits : null,
        State.Keyword => c is >= (byte)'a' and <= (byte)'z' ? State.Keyword : null,
        _ => null,
    };

    private State? Begin(byte c)
    {
        switch (c)
        {
            case (byte)'"' or (byte)'\'':
                _quote = c;
                return State.String;
            case (byte)'-':
                return State.Minus;
            case (byte)'0':
                return State.Zero;
            case >= (byte)'1' and <= (byte)'9':
                return State.Whole;
            case >= (byte)'a' and <= (byte)'z':
                return State.Keyword;
            default:
                return null;
        }
    }

    private JsonTokenKind? KindBefore(byte c) => _state switch
    {
        // A digit behind a leading zero belongs to no number.
        State.Zero when IsDigit(c) => null,
        State.Zero or State.Whole or State.Fraction or State.ExponentDigits => JsonTokenKind.Number,
        State.Keyword => JsonTokenKind.Keyword,
        _ => null,
    };

    private static State? AfterWhole(byte c) => c switch
    {
        (byte)'.' => State.Point,
        (byte)'e' or (byte)'E' => State.Exponent,
        _ => null,
    };

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';
}
