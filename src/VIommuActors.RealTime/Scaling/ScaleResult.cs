using System.Collections.Immutable;
using HdrHistogram;
using VIommuActors.Blueprints.Figures;

namespace VIommuActors.RealTime.Scaling;

/// <summary>What a run in real time came to.</summary>
public sealed record ScaleResult
{
    /// <summary>Everything of all guests, start-up and end included. Times are real nanoseconds; 1 run.</summary>
    public required RunFigures Figures { get; init; }

    /// <summary>Guests that were started: all, unless the run was cancelled before.</summary>
    public required int Guests { get; init; }

    /// <summary>Guests with a vCPU that had not ended when the run did.</summary>
    public required int GuestsUnended { get; init; }

    /// <summary>True when it was cancelled from outside; unended guests are then nobody's fault.</summary>
    public required bool IsCancelled { get; init; }

    /// <summary>Requests, invalidations and messages of the measured window, and its length.</summary>
    public required ScaleSample Window { get; init; }

    /// <summary>Latencies of the window's invalidations, in real nanoseconds.</summary>
    public required HistogramBase InvalidationNs { get; init; }

    /// <summary>
    /// Latencies of the window's DMA requests, in real nanoseconds; guests that go on keep their last ones, see
    /// <see cref="GuestRecord.LatenciesAtOnce"/>.
    /// </summary>
    public required HistogramBase DmaNs { get; init; }

    /// <summary>How far the window had come, at even distances.</summary>
    public required ImmutableArray<ScaleSample> Samples { get; init; }

    /// <summary>Until all guests had booted.</summary>
    public required TimeSpan StartUp { get; init; }

    /// <summary>From the end of the window until the last guest had ended, or patience had.</summary>
    public required TimeSpan Drain { get; init; }

    /// <summary>Managed memory of a guest beyond <see cref="TouchedBytesPerGuest"/>: the more of before and after its work.</summary>
    public required long BytesPerGuest { get; init; }

    /// <summary>RAM that a guest had touched in the end, in whole pages of 4 KiB.</summary>
    public required long TouchedBytesPerGuest { get; init; }

    /// <summary>Messages a second of the window; 0 for an empty one.</summary>
    public double MessagesPerSecond => Window.AtNs == 0 ? 0 : Window.Messages * 1e9 / Window.AtNs;

    /// <summary>DMA requests a second of the window; 0 for an empty one.</summary>
    public double DmasPerSecond => Window.AtNs == 0 ? 0 : Window.Dmas * 1e9 / Window.AtNs;
}
