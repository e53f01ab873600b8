using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Akka.Actor;
using VIommuActors.Simulation;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;

namespace VIommuActors.Exploration.Testing;

/// <summary>The steps of a schedule as lines of a trace: any actors, any messages.</summary>
internal sealed class StepTrace : IStepObserver
{
    private const int MostArguments = 8, LongestValue = 40;
    private const string UserRoot = "/user/";
    private readonly List<TraceLine> _lines = [];
    private int _steps;

    public IReadOnlyList<TraceLine> Lines => _lines;

    public void Delivering(in Step step)
    {
        if (_steps++ >= ChartOptions.MaxSteps)
        {
            return;
        }

        _lines.Add(new TraceEvent(
            _lines.Count + 1, step.Number, step.TimeNs, NameOf(step.Receiver) ?? "?", NameOf(step.Sender), "tell",
            MessageName(step.Message), step.Cause == 0 ? null : step.Cause, step.Enabled, step.Chosen, Arguments(step.Message)));
        string? fault = step.Lane.Fault switch
        {
            LaneFault.None => null,
            LaneFault.Drop => "lost",
            LaneFault.Duplicate => "doubled",
            var other => $"{other}ed".ToLowerInvariant(),
        };
        if (fault is not null)
        {
            _lines.Add(new TraceNote(
                _lines.Count + 1, step.Number, step.TimeNs, fault, "wire", [TextArgument("msg", MessageName(step.Message))]));
        }
    }

    public void Violated(string property, long step) => _lines.Add(new TraceNote(
        _lines.Count + 1, step, _lines.Count == 0 ? 0 : _lines[^1].TimeNs, "violation", "check", [TextArgument("property", property)]));

    /// <summary>Path below the user's root; null for nobody and for what is no actor of the user's.</summary>
    private static string? NameOf(IActorRef? actor)
    {
        if (actor is null || actor.IsNobody() || actor is not ActorRefWithCell)
        {
            return null;
        }

        string path = actor.Path.ToStringWithoutAddress();
        return path.StartsWith(UserRoot, StringComparison.Ordinal) ? path[UserRoot.Length..] : path;
    }

    private static string MessageName(object message)
    {
        string name = message.GetType().Name;
        int generic = name.IndexOf('`', StringComparison.Ordinal);
        return generic < 0 ? name : name[..generic];
    }

    private static ImmutableArray<TraceArgument> Arguments(object message)
    {
        var type = message.GetType();
        if (type.IsPrimitive || type.IsEnum || message is string or decimal)
        {
            return [ArgumentOf("value", message)];
        }

        if (message is IActorRef or IEnumerable)
        {
            return [TextArgument("value", Short(message.ToString()))];
        }

        // In the order in which they are declared; of a record these are its parameters.
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0)
            .OrderBy(property => property.MetadataToken).Take(MostArguments);
        var arguments = ImmutableArray.CreateBuilder<TraceArgument>();
        foreach (var property in properties)
        {
            if (TryGet(property, message, out object? value) && value is not null)
            {
                arguments.Add(ArgumentOf(property.Name, value));
            }
        }

        return arguments.ToImmutable();
    }

    // A user's getter may throw, and a report must not fail for it.
    private static bool TryGet(PropertyInfo property, object message, out object? value)
    {
        try
        {
            value = property.GetValue(message);
            return true;
        }
        catch (TargetInvocationException)
        {
            value = null;
            return false;
        }
    }

    private static TraceArgument ArgumentOf(string name, object value) => value switch
    {
        bool yes => new(name, TraceValueKind.Bool, yes ? 1UL : 0UL, null),
        sbyte or byte or short or ushort or int or uint or long => new(
            name, TraceValueKind.Number, (ulong)Convert.ToInt64(value, CultureInfo.InvariantCulture), null),
        IActorRef actor => TextArgument(name, NameOf(actor) ?? actor.Path.Name),
        ICollection many => TextArgument(name, string.Create(CultureInfo.InvariantCulture, $"{many.Count} items")),
        IFormattable formattable => TextArgument(name, Short(formattable.ToString(null, CultureInfo.InvariantCulture))),
        _ => TextArgument(name, Short(value.ToString())),
    };

    private static TraceArgument TextArgument(string name, string value) => new(name, TraceValueKind.Text, 0, value);

    private static string Short(string? text) => text is null ? "" : text.Length > LongestValue ? text[..LongestValue] + "..." : text;
}
