using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.RealTime.Scaling;

/// <summary>Many guests at once, in real time.</summary>
/// <param name="Scenario">The situation of each guest; <c>topology.guests</c> is how many there are. No recording.</param>
/// <param name="Protocol">The design; it can run the scenario.</param>
/// <param name="Seed">Seed of what guests draw; the order of things is the host's.</param>
public sealed record ScaleRequest(Scenario Scenario, IProtocol Protocol, ulong Seed)
{
    /// <summary>The most guests of one process.</summary>
    public const int MostGuests = 100_000;

    /// <summary>False: nobody judges; requests and invalidations are only counted.</summary>
    public bool HasOracle { get; init; } = true;

    /// <summary>True: guests go on round after round until they are told to end, whatever <c>workload.rounds</c> says.</summary>
    public bool IsEndless { get; init; }

    /// <summary>True: it is counted what messages are spent on, which costs a little for each.</summary>
    public bool CountsCosts { get; init; }

    /// <summary>
    /// How long guests may take for the round that they are in, and for none to boot, in nanoseconds; null: 5 s more than their own
    /// patience, and 15 s.
    /// </summary>
    public long? GraceNs { get; init; }
}
