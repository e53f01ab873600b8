using System.Globalization;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Replay;

/// <summary>How a replay compares to its recording.</summary>
public sealed class ReplayReport
{
    private const int Kept = 20;

    private readonly List<string> _findings = [];
    private readonly SortedDictionary<string, long> _byDesign = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _late = new(StringComparer.Ordinal);

    /// <summary>Register reads compared.</summary>
    public long Reads { get; internal set; }

    /// <summary>Of these, equal at the first look.</summary>
    public long EqualReads { get; internal set; }

    /// <summary>Of these, equal after polling: a status that the recorded unit had ready at once and this one later.</summary>
    public long PolledReads { get; private set; }

    /// <summary>The registers of <see cref="PolledReads"/>, with how often: timing decides when they change.</summary>
    public IReadOnlyDictionary<string, long> DecidedByTiming => _late;

    /// <summary>Descriptors the unit fetched, each compared to the recorded one at its place.</summary>
    public long Descriptors { get; internal set; }

    /// <summary>Status writes, each compared likewise.</summary>
    public long StatusWrites { get; internal set; }

    /// <summary>Register-based invalidations carried out and seen complete.</summary>
    public long RegisterInvalidations { get; internal set; }

    /// <summary>DMA translations handed to devices.</summary>
    public long Translations { get; internal set; }

    /// <summary>Lines of kinds that no part of the machine replays yet, such as remapped interrupts.</summary>
    public long NotReplayed { get; internal set; }

    /// <summary>Differences in all; details of the first <see cref="Findings"/>.</summary>
    public long FindingCount { get; private set; }

    /// <summary>The first differences, each with its line.</summary>
    public IReadOnlyList<string> Findings => _findings;

    /// <summary>Differences that the chosen design makes on purpose, with how often.</summary>
    public IReadOnlyDictionary<string, long> ByDesign => _byDesign;

    internal void Find(int line, string what)
    {
        FindingCount++;
        if (_findings.Count < Kept) _findings.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: {what}"));
    }

    internal void Late(uint register)
    {
        PolledReads++;
        var name = register switch
        {
            RegisterOffset.Gsts => "GSTS",
            RegisterOffset.Ccmd => "CCMD",
            _ => "IOTLB_REG",
        };
        _late[name] = _late.GetValueOrDefault(name) + 1;
    }

    internal void Note(string difference) => _byDesign[difference] = _byDesign.GetValueOrDefault(difference) + 1;

    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"replay: {Reads} register reads ({EqualReads} equal at once, {PolledReads} after polling), "
        + $"{Descriptors} descriptors and {StatusWrites} status writes in order, "
        + $"{RegisterInvalidations} register invalidations, {Translations} translations, {FindingCount} findings, "
        + $"{NotReplayed} lines of other kinds left out");
}
