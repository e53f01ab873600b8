using System.Collections.Immutable;
using Google.Protobuf;
using VIommuActors.Wire.Encoding;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Wire.Codecs;

/// <summary>Runs and what comes of them.</summary>
internal static class RunCodecs
{
    private const int PerMille = 1000, ScenarioField = 3, SettingsField = 4, FiguresField = 4, ProblemField = 3, LostField = 5;
    private const int ViolationsField = 10, DetailsField = 11, InvalidationNsField = 12, DmaNsField = 13;
    private static readonly Put<VmFigures> PutFigures = WriteFigures;

    private static readonly Layout Figures = new(
        nameof(VmFigures), Layout.Range(1, 9), Layout.Range(ViolationsField, DmaNsField), Layout.Bits(DetailsField), ReadFiguresPart);

    public static IEnumerable<RootCodec> All =>
    [
        RootCodec.Of<DefineRun>(
            "dr1",
            new(nameof(DefineRun), Layout.Range(6, 11), Layout.Range(1, 5), Layout.Bits(SettingsField), ReadDefinitionPart),
            static (ref w, m) =>
            {
                w.Name(1, m.Run);
                w.Name(2, m.Name);
                w.Text(ScenarioField, m.Scenario, WireLimits.ScenarioBytes);
                w.Texts(SettingsField, m.Settings, WireLimits.Settings, WireLimits.TextBytes);
                w.Name(5, m.Protocol);
                w.Number(6, m.Seed);
                w.Length(7, m.Vms);
                w.Flag(8, m.Oracle);
                w.Flag(9, m.Trace);
                w.Within(10, m.LossPerMille, 0, PerMille);
                w.Within(11, m.DuplicatePerMille, 0, PerMille);
            },
            static r => new(
                r.Name(1),
                r.Name(2),
                r.Bin.Text(ScenarioField) ?? "",
                PartBin.Of(r.Bin.Texts),
                r.Name(5),
                r.Number(6),
                r.Length(7),
                r.Flag(8),
                r.Flag(9),
                (int)r.Within(10, 0, PerMille),
                (int)r.Within(11, 0, PerMille))),
        RootCodec.Of<RunDefined>(
            "rd1",
            new(nameof(RunDefined), 0, Layout.Range(1, ProblemField), 0, ReadAnswerPart),
            static (ref w, m) =>
            {
                w.Name(1, m.Run);
                w.Name(2, m.Node);
                w.Optional(ProblemField, m.Problem, WireLimits.TextBytes);
            },
            static r => new(r.Name(1), r.Name(2), r.Bin.Text(ProblemField))),
        RootCodec.Of<StartVm>(
            "sv1",
            new(nameof(StartVm), Layout.Bits(2), Layout.Bits(1), 0, ReadName),
            static (ref w, m) =>
            {
                w.Name(1, m.Run);
                w.Number(2, m.Vm);
            },
            static r => new(r.Name(1), r.Int(2))),
        RootCodec.Of<EndRun>(
            "er1",
            new(nameof(EndRun), 0, Layout.Bits(1), 0, ReadName),
            static (ref w, m) => w.Name(1, m.Run),
            static r => new(r.Name(1))),
        RootCodec.Of<NodeProgress>(
            "np1",
            new(nameof(NodeProgress), Layout.Range(4, 12), Layout.Range(1, 3), 0, ReadName),
            static (ref w, m) =>
            {
                w.Name(1, m.Run);
                w.Name(2, m.Node);
                w.Name(3, m.Role);
                w.Length(4, m.VmsRunning);
                w.Length(5, m.VmsEnded);
                w.Number(6, m.Dmas);
                w.Number(7, m.Done);
                w.Number(8, m.Invalidations);
                w.Number(9, m.Messages);
                w.Number(10, m.FramesSent);
                w.Number(11, m.FramesAgain);
                w.Number(12, m.FramesRefused);
            },
            static r => new(
                r.Name(1),
                r.Name(2),
                r.Name(3),
                r.Length(4),
                r.Length(5),
                r.Long(6),
                r.Long(7),
                r.Long(8),
                r.Long(9),
                r.Long(10),
                r.Long(11),
                r.Long(12))),
        RootCodec.Of<VmEnded>(
            "ve1",
            new(nameof(VmEnded), Layout.Bits(2), Layout.Bits(1, 3, FiguresField, LostField), 0, ReadEndPart),
            static (ref w, m) =>
            {
                w.Name(1, m.Run);
                w.Number(2, m.Vm);
                w.Name(3, m.Node);
                if (m.Figures is null) throw w.Refuse(FiguresField, "there are no figures");
                w.Part(FiguresField, PutFigures, m.Figures);
                w.Optional(LostField, m.Lost, WireLimits.TextBytes);
            },
            static r => new(
                r.Name(1),
                r.Int(2),
                r.Name(3),
                r.Bin.Figures ?? throw r.Refuse(FiguresField, "the figures are missing"),
                r.Bin.Text(LostField))),
        RootCodec.Of<VmStarted>(
            "vs1",
            new(nameof(VmStarted), Layout.Bits(2), Layout.Bits(1, 3), 0, ReadName),
            static (ref w, m) =>
            {
                w.Name(1, m.Run);
                w.Number(2, m.Vm);
                w.Name(3, m.Node);
            },
            static r => new(r.Name(1), r.Int(2), r.Name(3))),
        RootCodec.Of<VmNoted>(
            "vn1",
            new(nameof(VmNoted), Layout.Bits(2), Layout.Bits(1), 0, ReadName),
            static (ref w, m) =>
            {
                w.Name(1, m.Run);
                w.Number(2, m.Vm);
            },
            static r => new(r.Name(1), r.Int(2))),
    ];

    private static void ReadName(FieldReader level, int field, ref ParseContext from) =>
        level.Bin.Keep(field, level.Text(field, WireLimits.NameBytes, ref from));

    private static void ReadText(FieldReader level, int field, int most, ref ParseContext from) =>
        level.Bin.Keep(field, level.Text(field, most, ref from));

    private static void ReadDefinitionPart(FieldReader level, int field, ref ParseContext from)
    {
        if (field == SettingsField)
        {
            level.Append(field, level.Bin.Texts, level.Text(field, WireLimits.TextBytes, ref from), WireLimits.Settings);
            return;
        }

        ReadText(level, field, field == ScenarioField ? WireLimits.ScenarioBytes : WireLimits.NameBytes, ref from);
    }

    private static void ReadAnswerPart(FieldReader level, int field, ref ParseContext from) =>
        ReadText(level, field, field == ProblemField ? WireLimits.TextBytes : WireLimits.NameBytes, ref from);

    private static void ReadEndPart(FieldReader level, int field, ref ParseContext from)
    {
        if (field == FiguresField)
        {
            level.Bin.Figures = TakeFigures(level.Part(Figures, ref from));
            return;
        }

        ReadText(level, field, field == LostField ? WireLimits.TextBytes : WireLimits.NameBytes, ref from);
    }

    private static void ReadFiguresPart(FieldReader level, int field, ref ParseContext from)
    {
        var bin = level.Bin;
        switch (field)
        {
            case ViolationsField:
                bin.Numbers = Numbers(level, field, ref from);
                break;
            case DetailsField:
                level.Append(field, bin.Texts, level.Text(field, WireLimits.TextBytes, ref from), WireLimits.Details);
                break;
            case InvalidationNsField:
                bin.Blobs = (Histogram(level, field, ref from), bin.Blobs.Second);
                break;
            default:
                bin.Blobs = (bin.Blobs.First, Histogram(level, field, ref from));
                break;
        }
    }

    private static ImmutableArray<long> Numbers(FieldReader level, int field, ref ParseContext from)
    {
        const int most = WireLimits.Violations, longestVarint = 10;
        var packed = from.ReadBytes();
        // Before anything is made of them: a byte can stand for eight.
        if (packed.Length > most * longestVarint) throw level.Refuse(field, $"more than {most} elements");
        var numbers = new List<long>();
        var input = packed.CreateCodedInput();
        while (!input.IsAtEnd) level.Append(field, numbers, input.ReadInt64(), most);
        return [.. numbers];
    }

    private static ImmutableArray<byte> Histogram(FieldReader level, int field, ref ParseContext from)
    {
        var bytes = from.ReadBytes();
        const int most = WireLimits.HistogramBytes;
        if (bytes.Length > most) throw level.Refuse(field, $"{bytes.Length} bytes, at most {most} fit");
        return [.. bytes.Span];
    }

    private static void WriteFigures(ref FieldWriter w, VmFigures figures)
    {
        w.Number(1, figures.Dmas);
        w.Number(2, figures.Done);
        w.Number(3, figures.Faulted);
        w.Number(4, figures.Abandoned);
        w.Number(5, figures.Open);
        w.Number(6, figures.Invalidations);
        w.Number(7, figures.Messages);
        w.Length(8, figures.Sessions);
        w.Number(9, figures.FramesRefused);
        w.Numbers(ViolationsField, figures.Violations, WireLimits.Violations);
        w.Texts(DetailsField, figures.Details, WireLimits.Details, WireLimits.TextBytes);
        w.Blob(InvalidationNsField, figures.InvalidationNs, WireLimits.HistogramBytes);
        w.Blob(DmaNsField, figures.DmaNs, WireLimits.HistogramBytes);
    }

    private static VmFigures TakeFigures(FieldReader r) => new(
        r.Long(1),
        r.Long(2),
        r.Long(3),
        r.Long(4),
        r.Long(5),
        r.Long(6),
        r.Long(7),
        r.Length(8),
        r.Long(9),
        r.Bin.Numbers,
        PartBin.Of(r.Bin.Texts),
        r.Bin.Blobs.First,
        r.Bin.Blobs.Second);
}
