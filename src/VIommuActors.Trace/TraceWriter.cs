using System.Text.Encodings.Web;
using System.Text.Json;

namespace VIommuActors.Trace;

/// <summary>
/// Writes a trace (<see cref="TraceSchema"/>) into a stream. The same calls give the same bytes everywhere. Nothing is allocated per
/// line once all names have been seen. Not thread-safe.
/// </summary>
public sealed class TraceWriter : ITraceSink, IDisposable
{
    private readonly TraceNames _names = new();
    private readonly TraceBuffer _buffer;
    private readonly Utf8JsonWriter _json;
    private string? _sha256;

    /// <summary>Starts a trace with its header.</summary>
    /// <param name="stream">Stays open and the caller's; it is written in blocks, and completely by <see cref="Complete"/>.</param>
    /// <param name="header">First line.</param>
    public TraceWriter(Stream stream, TraceHeader header)
    {
        _buffer = new TraceBuffer(stream);
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        });
        WriteHeader(header);
    }

    /// <inheritdoc/>
    public bool IsEnabled => true;

    /// <summary>SHA-256 of the whole trace, 64 lower-case hex digits.</summary>
    /// <exception cref="InvalidOperationException">The trace is not complete.</exception>
    public string Sha256 => _sha256 ?? throw new InvalidOperationException("A trace has its digest once it is complete.");

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The trace is complete.</exception>
    public void Event(in TraceStep step)
    {
        BeginLine();
        _json.WriteNumber(TraceSchema.Step, step.Step);
        _json.WriteNumber(TraceSchema.TimeNs, step.TimeNs);
        _json.WriteString(TraceSchema.To, _names[step.To]);
        if (step.From is null)
        {
            _json.WriteNull(TraceSchema.From);
        }
        else
        {
            _json.WriteString(TraceSchema.From, _names[step.From]);
        }

        _json.WriteString(TraceSchema.Kind, _names[step.Kind]);
        _json.WriteString(TraceSchema.Msg, _names[step.Message.Name]);
        if (step.Cause is { } cause)
        {
            _json.WriteNumber(TraceSchema.Cause, cause);
        }
        else
        {
            _json.WriteNull(TraceSchema.Cause);
        }

        _json.WriteNumber(TraceSchema.Enabled, step.Enabled);
        _json.WriteNumber(TraceSchema.Chosen, step.Chosen);
        WriteArgs(step.Message);
        EndLine();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The trace is complete.</exception>
    public void Note(long step, long timeNs, string by, ITraced remark)
    {
        BeginLine();
        _json.WriteString(TraceSchema.Note, _names[remark.Name]);
        _json.WriteNumber(TraceSchema.Step, step);
        _json.WriteNumber(TraceSchema.TimeNs, timeNs);
        _json.WriteString(TraceSchema.By, _names[by]);
        WriteArgs(remark);
        EndLine();
    }

    /// <summary>Writes out what is still buffered, so that it outlives a process that is killed.</summary>
    public void Flush()
    {
        if (_sha256 is null)
        {
            _buffer.Flush();
        }
    }

    /// <summary>Writes out what is still buffered and fixes <see cref="Sha256"/>. Further calls change nothing.</summary>
    /// <returns>The digest.</returns>
    public string Complete()
    {
        if (_sha256 is null)
        {
            _buffer.Flush();
            _sha256 = _buffer.Digest();
        }

        return _sha256;
    }

    /// <summary>Completes the trace; the stream stays open.</summary>
    public void Dispose()
    {
        Complete();
        _json.Dispose();
        _buffer.Dispose();
    }

    private void WriteHeader(TraceHeader header)
    {
        Span<byte> seed = stackalloc byte[TraceSchema.MaxHexBytes];
        BeginLine();
        _json.WriteString(TraceSchema.Schema, TraceSchema.Name);
        _json.WriteString(TraceSchema.Scenario, header.Scenario);
        _json.WriteString(TraceSchema.Protocol, header.Protocol);
        _json.WriteString(TraceSchema.Seed, seed[..TraceSchema.FormatHex(header.Seed, seed)]);
        _json.WriteString(TraceSchema.Tool, header.Tool);
        if (header.Search is { } search)
        {
            WriteSearch(search);
        }

        EndLine();
    }

    private void WriteSearch(TraceSearch search)
    {
        _json.WriteBoolean(TraceSchema.Searched, true);
        _json.WriteString(TraceSchema.Strategy, search.Strategy);
        _json.WriteNumber(TraceSchema.Faults, search.Faults);
        WriteOptional(TraceSchema.FaultKinds, search.FaultKinds);
        WriteOptional(TraceSchema.FaultsOn, search.FaultsOn);
        WriteOptional(TraceSchema.Mutant, search.Mutant);
        if (search.Stops)
        {
            _json.WriteBoolean(TraceSchema.Stops, true);
        }

        _json.WriteString(TraceSchema.Conf, search.Conf);
        _json.WriteStartArray(TraceSchema.Choices);
        foreach (var choice in search.Choices)
        {
            _json.WriteNumberValue(choice);
        }

        _json.WriteEndArray();
    }

    private void WriteOptional(JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }
    }

    private void WriteArgs(ITraced message)
    {
        _json.WriteStartObject(TraceSchema.Args);
        var fields = new TraceFields(_json, _names);
        message.Describe(ref fields);
        _json.WriteEndObject();
    }

    private void BeginLine()
    {
        if (_sha256 is not null)
        {
            throw new InvalidOperationException("The trace is complete.");
        }

        // A JSON writer holds one document; each line is one.
        _json.Reset(_buffer);
        _json.WriteStartObject();
    }

    private void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.EndLine();
    }
}
