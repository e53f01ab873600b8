using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>Searches of the peer model; its actors are made once and reset for every schedule.</summary>
internal sealed class PeerSubject : IDisposable
{
    private readonly SimSystem _sim = SimSystem.Create("peer");
    private readonly PeerWorld _world;
    private ulong _seed;

    public PeerSubject(PeerOptions options) => _world = new PeerWorld(_sim, options);

    /// <summary>The sizes at which the eight defects show, and the strategy that finds each.</summary>
    public static readonly (string Name, PeerOptions Options, string Strategy)[] Defects =
    [
        ("translate", new(PeerProtocol.Translate), "dpor"),
        ("B1", new(PeerProtocol.Memcpy, Defect: PeerDefect.B1), "dpor"),
        ("D1", new(PeerProtocol.Drain, Defect: PeerDefect.D1), "novel"),
        ("C1", new(PeerProtocol.Ats, Defect: PeerDefect.C1), "novel"),
        ("D4", new(PeerProtocol.Drain, Doorbells: 2, Defect: PeerDefect.D4), "novel"),
        ("D5", new(PeerProtocol.Drain, Guests: 2, Defect: PeerDefect.D5), "crowd"),
        ("D3", new(PeerProtocol.Drain, Rounds: 2, Defect: PeerDefect.D3), "dpor"),
        ("D2", new(PeerProtocol.Drain, Devices: 2, Defect: PeerDefect.D2), "pos"),
    ];

    /// <summary>Runs schedules that no call before has run, and counts nothing but them.</summary>
    public ExploreResult Run(string strategy, long schedules) => Search(strategy, _seed += 1_000_000_007, schedules, stop: false);

    /// <summary>Schedules to the first violation; one more than <paramref name="most"/> when there was none.</summary>
    public long First(string strategy, ulong seed, long most) =>
        Search(strategy, seed, most, stop: true).FirstViolation?.Schedule ?? most + 1;

    /// <inheritdoc/>
    public void Dispose() => _sim.Dispose();

    private ExploreResult Search(string strategy, ulong seed, long schedules, bool stop) => new Explorer(_sim.Kernel).Explore(
        _world,
        new ExploreOptions
        {
            Strategy = Strategy.Parse(strategy, seed), MaxSchedules = schedules, StopAtViolation = stop, CountDistinct = false,
        },
        CancellationToken.None);
}
