using System.Text.RegularExpressions;

namespace VIommuActors.Architecture.Tests;

/// <summary>A public top-level type as a file declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">class, record, struct, interface, enum or delegate; a record struct is a record.</param>
/// <param name="Lines">From its declaration to its end.</param>
internal sealed record DeclaredType(string Name, string Kind, int Lines);

/// <summary>A file of C#.</summary>
internal sealed partial record SourceFile(string Path, IReadOnlyList<string> Lines)
{
    /// <summary>A file that exists only to be judged.</summary>
    public static SourceFile Planted(string text) => new("Planted.cs", text.ReplaceLineEndings("\n").Split('\n'));

    /// <summary>Its public types. Namespaces are file-scoped, so a declaration and its closing brace stand at the first column.</summary>
    public IReadOnlyList<DeclaredType> PublicTypes()
    {
        var types = new List<DeclaredType>();
        for (var first = 0; first < Lines.Count; first++)
        {
            if (Declaration().Match(Lines[first]) is not { Success: true } found) continue;
            var last = first;
            while (last < Lines.Count && !Lines[last].StartsWith('}') && !Lines[last].EndsWith(';')) last++;
            // A semicolon inside a body is not the end of the type; one before any body is.
            if (last < Lines.Count && !Lines[last].StartsWith('}') && Lines.Skip(first).Take(last - first).Contains("{"))
                while (last < Lines.Count && !Lines[last].StartsWith('}')) last++;
            types.Add(new(found.Groups["name"].Value, found.Groups["kind"].Value, last - first + 1));
        }

        return types;
    }

    [GeneratedRegex(@"^public (?:(?:sealed|static|abstract|partial|readonly|ref|unsafe) )*(?<kind>class|record|struct|interface|enum|delegate)(?: class| struct)? (?<name>\w+)")]
    private static partial Regex Declaration();
}
