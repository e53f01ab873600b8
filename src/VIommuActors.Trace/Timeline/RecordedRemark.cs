using System.Collections.Immutable;

namespace VIommuActors.Trace.Timeline;

/// <summary>A message or remark as it stands in a trace that was read, to be written again.</summary>
internal sealed class RecordedRemark(string name, ImmutableArray<TraceArgument> args) : ITraced
{
    public string Name => name;

    public void Describe(ref TraceFields fields)
    {
        foreach (var arg in args)
        {
            switch (arg.Kind)
            {
                case TraceValueKind.Hex:
                    fields.Add(arg.Name, arg.Bits);
                    break;
                case TraceValueKind.Number:
                    fields.AddNumber(arg.Name, (long)arg.Bits);
                    break;
                case TraceValueKind.Bool:
                    fields.AddBool(arg.Name, arg.Bits != 0);
                    break;
                default:
                    fields.AddText(arg.Name, arg.Text ?? "");
                    break;
            }
        }
    }

    public static TraceArgument Text(string name, string value) => new(name, TraceValueKind.Text, 0, value);

    public static TraceArgument Number(string name, long value) => new(name, TraceValueKind.Number, (ulong)value, null);
}
