namespace VIommuActors.Conformance.Tests.Targets;

/// <summary>What a step asks of a machine.</summary>
public enum StepKind
{
    /// <summary>One line of the qtest protocol; its reply is compared.</summary>
    Line,

    /// <summary>Let 100 ms of virtual time pass and read the register at the address in the text until bit 0 is clear: edu's DMA or factorial is over.</summary>
    Settle,

    /// <summary>QMP <c>system_reset</c>, and the RESET event that follows it.</summary>
    Reset,

    /// <summary>One QMP request as JSON; its answer is compared without time stamps.</summary>
    Qmp,
}

/// <summary>One thing sent to a machine, for one reply.</summary>
/// <param name="Kind">How it is sent.</param>
/// <param name="Text">The line, the address to poll, or the request.</param>
public readonly record struct Step(StepKind Kind, string Text)
{
    /// <summary>A line of the qtest protocol.</summary>
    public static Step Line(string text) => new(StepKind.Line, text);

    /// <summary>The step as a person can pipe it into <c>-qtest stdio</c>; what goes over QMP cannot be piped and is shown as a line that is refused.</summary>
    public string Piped => Kind switch
    {
        StepKind.Settle => $"clock_step 100000000\nreadl {Text}",
        StepKind.Reset => "#system_reset",
        StepKind.Qmp => "#" + Text,
        _ => Text,
    };

    /// <inheritdoc/>
    public override string ToString() => Kind == StepKind.Line ? Text : Piped.Replace("\n", "; ", StringComparison.Ordinal);
}

/// <summary>Steps that belong together: an operation is kept or dropped whole when a divergence is shrunk.</summary>
/// <param name="Name">What it does, for reports.</param>
/// <param name="Steps">What is sent.</param>
public sealed record Operation(string Name, IReadOnlyList<Step> Steps);
