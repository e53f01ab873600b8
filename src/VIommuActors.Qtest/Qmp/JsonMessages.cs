using System.Text;
using System.Text.Json.Nodes;

namespace VIommuActors.Qtest.Qmp;

/// <summary>Puts tokens together into messages: a value is complete when its braces are. Everything a peer can pile up has a limit.</summary>
internal sealed class JsonMessages
{
    /// <summary>Bytes of the tokens of one message.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Tokens of one message.</summary>
    public const int MaxTokens = 1 << 16;

    /// <summary>Objects and arrays within each other.</summary>
    public const int MaxDepth = 1024;

    private readonly JsonLexer _lexer = new(MaxBytes);
    private readonly List<JsonToken> _tokens = [];
    private readonly Action<JsonToken> _onToken;
    private readonly Action<JsonNode?> _onValue;
    private readonly Action<QmpException> _onError;
    private int _bytes, _braces, _brackets;

    /// <summary>Values and errors go to the two call-backs in the order of the stream.</summary>
    public JsonMessages(Action<JsonNode?> onValue, Action<QmpException> onError)
    {
        (_onValue, _onError, _onToken) = (onValue, onError, OnToken);
    }

    /// <summary>Takes bytes as they come.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (var c in bytes)
        {
            _lexer.Feed(c, _onToken);
            if (!_lexer.IsTooLong) continue;
            _lexer.Reset();
            Reject("JSON token size limit exceeded");
        }
    }

    private void OnToken(JsonToken token)
    {
        if (token.Kind == JsonTokenKind.Stray)
        {
            Reject($"JSON parse error, stray '{Encoding.UTF8.GetString(token.Text)}'");
            return;
        }
        _braces += token.Is('{') ? 1 : token.Is('}') ? -1 : 0;
        _brackets += token.Is('[') ? 1 : token.Is(']') ? -1 : 0;
        _bytes += token.Text.Length;
        _tokens.Add(token);
        if (_bytes > MaxBytes) Reject("JSON token size limit exceeded");
        else if (_tokens.Count > MaxTokens) Reject("JSON token count limit exceeded");
        else if (_braces + _brackets > MaxDepth) Reject("JSON nesting depth limit exceeded");
        else if ((_braces <= 0 && _brackets <= 0) || _braces < 0 || _brackets < 0) Complete();
    }

    private void Complete()
    {
        try
        {
            _onValue(new JsonReader(_tokens).Read());
        }
        catch (QmpException e)
        {
            _onError(e);
        }
        finally
        {
            Forget();
        }
    }

    private void Reject(string reason)
    {
        Forget();
        _onError(new QmpException(reason));
    }

    private void Forget()
    {
        _tokens.Clear();
        if (_tokens.Capacity > 4096) _tokens.Capacity = 0;
        (_bytes, _braces, _brackets) = (0, 0, 0);
    }
}
