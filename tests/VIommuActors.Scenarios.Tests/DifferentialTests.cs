using System.Globalization;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using CsCheck;
using VIommuActors.Scenarios.Hocon;

namespace VIommuActors.Scenarios.Tests;

/// <summary>What our reader accepts means the same to Akka's parser.</summary>
public sealed class DifferentialTests
{
    public static TheoryData<string> Names => [.. ScenarioLoader.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Akka_reads_the_same_values_from_every_scenario(string name) => SameInBoth(ScenarioLoader.TextOf(name));

    [Fact]
    public void Akka_reads_the_same_values_from_the_reference() => SameInBoth(ScenarioLoader.ReferenceText);

    [Fact]
    public void Akka_reads_the_same_values_from_any_text_of_the_subset() =>
        Texts.Object.Sample(SameInBoth, iter: 500, print: t => t);

    private static void SameInBoth(string text)
    {
        var ours = new List<string>();
        Flatten("", HoconReader.Read(new SourceFile("test", null), text, (_, file) => Read(ScenarioLoader.TextOf(Stem(file)))), ours);
        var akka = new List<string>();
        var config = ConfigurationFactory.ParseString(text, file => Parser.Parse(ScenarioLoader.TextOf(Stem(file)), null));
        Flatten("", config.Root, akka);

        Assert.Equal(akka.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    private static VIommuActors.Scenarios.Hocon.HoconObject Read(string text) => HoconReader.Read(new SourceFile("included", null), text, null);

    private static string Stem(string file) => Path.GetFileNameWithoutExtension(file);

    private static void Flatten(string path, HoconNode node, List<string> into)
    {
        switch (node)
        {
            case VIommuActors.Scenarios.Hocon.HoconObject { Members.Count: > 0 } section:
                foreach (var member in section.Members)
                {
                    Flatten($"{path}.{member.Key}", member.Value, into);
                }
                break;
            // Akka's parser has no empty list: it keeps [] as a value without text.
            case HoconList { Items.Count: 0 }:
                into.Add($"{path} = ");
                break;
            case HoconList list:
                into.Add(string.Create(CultureInfo.InvariantCulture, $"{path} has {list.Items.Count}"));
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Flatten(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), list.Items[i], into);
                }
                break;
            case HoconText text:
                into.Add($"{path} = {(text.IsNull ? null : text.Text)}");
                break;
        }
    }

    private static void Flatten(string path, HoconValue value, List<string> into)
    {
        if (value.IsObject())
        {
            foreach (var (key, inner) in value.GetObject().Items)
            {
                Flatten($"{path}.{key}", inner, into);
            }
        }
        else if (value.IsArray())
        {
            var items = value.GetArray();
            into.Add(string.Create(CultureInfo.InvariantCulture, $"{path} has {items.Count}"));
            for (var i = 0; i < items.Count; i++)
            {
                Flatten(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), items[i], into);
            }
        }
        else
        {
            into.Add($"{path} = {value.GetString()}");
        }
    }
}
