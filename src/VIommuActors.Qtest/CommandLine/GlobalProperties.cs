using VIommuActors.Vtd;

namespace VIommuActors.Qtest.CommandLine;

/// <summary><c>-global TYPE.PROPERTY=VALUE</c>: properties of every device of a type, before its own.</summary>
internal sealed class GlobalProperties
{
    private readonly List<(string Type, OptionPair Pair)> _all = [];

    /// <summary>Reads one option, in either form.</summary>
    /// <exception cref="CommandLineException">It has neither.</exception>
    public void Read(OptionText option, string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var dot = argument.IndexOf('.', StringComparison.Ordinal);
        if (option["driver"] is { } driver && option["property"] is { } property && option["value"] is { } value)
        {
            _all.Add((driver, new(property, value)));
        }
        else if (dot > 0 && dot < equals)
        {
            _all.Add((argument[..dot], new(argument[(dot + 1)..equals], argument[(equals + 1)..])));
        }
        else
        {
            throw option.Error("expects TYPE.PROPERTY=VALUE or driver=TYPE,property=PROPERTY,value=VALUE");
        }
    }

    /// <summary>Those of a type.</summary>
    public IEnumerable<OptionPair> Of(string type) => _all.Where(one => one.Type == type).Select(one => one.Pair);

    /// <summary>Tells of those for types that are not modelled.</summary>
    public void WarnOfUnused(QemuRelease release, ICollection<string> warnings)
    {
        foreach (var (type, pair) in _all)
        {
            if (!DeviceProperties.Exists(type, release)) warnings.Add($"warning: global {type}.{pair.Key}={pair.Value} not used");
        }
    }
}
