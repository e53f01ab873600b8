using System.Collections.Immutable;

namespace VIommuActors.Cluster.Orchestration;

/// <summary>How a node's process is started: a program and the words in front of the options of a node.</summary>
/// <param name="Program">Path of the program.</param>
/// <param name="Words">What comes first, such as the tool's own library and its verb.</param>
public sealed record NodeCommand(string Program, ImmutableArray<string> Words);
