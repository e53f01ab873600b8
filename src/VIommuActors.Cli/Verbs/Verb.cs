using System.Collections.Immutable;
using System.CommandLine;

namespace VIommuActors.Cli.Verbs;

/// <summary>
/// A verb of the command line. A new one is a class like this in a file of its own, and its line in <see cref="VerbCatalog"/>.
/// </summary>
internal abstract class Verb : Command
{
    /// <summary>A verb that does something.</summary>
    /// <param name="host">What it works with.</param>
    /// <param name="name">What the user types.</param>
    /// <param name="description">One line.</param>
    protected Verb(ToolHost host, string name, string description)
        : base(name, description) => SetAction(parse =>
        {
            using var session = new ToolSession(host, parse);
            return (int)Run(parse, session);
        });

    /// <summary>Three commands that work as they stand.</summary>
    public abstract ImmutableArray<string> Examples { get; }

    /// <summary>True for a verb whose words are another program's: nothing among them is an error to the parser.</summary>
    public virtual bool TakesWordsAsTheyAre => false;

    /// <summary>Does it.</summary>
    protected abstract ExitCode Run(ParseResult parse, ToolSession session);
}
