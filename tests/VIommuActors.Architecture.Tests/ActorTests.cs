using System.Reflection;
using Akka.Actor;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Architecture.Tests;

/// <summary>Actors say how they are built; messages are final.</summary>
public sealed class ActorTests
{
    [Fact]
    public void There_are_actors_and_messages_to_judge()
    {
        Assert.True(Actors(Product.Assembly("Actors")).Count() >= 4);
        Assert.True(Messages(typeof(Message).Assembly).Count() >= 20);
    }

    [Theory, MemberData(nameof(ReferenceTests.Projects), MemberType = typeof(ReferenceTests))]
    public void Every_actor_has_a_public_constructor_and_a_static_props_method(string project) =>
        Check.None(Actors(Product.Assembly(project)).SelectMany(Unbuildable));

    [Theory, MemberData(nameof(ReferenceTests.Projects), MemberType = typeof(ReferenceTests))]
    public void Every_message_is_sealed_or_only_a_base(string project) => Check.None(Open(Messages(Product.Assembly(project))));

    [Fact]
    public void The_rules_see_planted_actors_and_messages()
    {
        Assert.Equal(["Hidden: no public constructor", "Hidden: no Props"], Unbuildable(typeof(Hidden)));
        Assert.Equal([nameof(OpenMessage)], Open(Messages(typeof(ActorTests).Assembly)));
    }

    /// <summary>Actors that others can create. A private one is its own class's business.</summary>
    private static IEnumerable<Type> Actors(Assembly assembly) =>
        assembly.GetTypes().Where(type => type is { IsVisible: true, IsAbstract: false } && type.IsSubclassOf(typeof(ActorBase)));

    private static IEnumerable<Type> Messages(Assembly assembly) => assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message)));

    private static IEnumerable<string> Unbuildable(Type actor)
    {
        if (actor.GetConstructors().Length == 0) yield return $"{actor.Name}: no public constructor";
        var props = actor.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Any(method => method.Name == "Props" && method.ReturnType == typeof(Props));
        if (!props) yield return $"{actor.Name}: no Props";
    }

    private static IEnumerable<string> Open(IEnumerable<Type> messages) =>
        messages.Where(type => type is { IsSealed: false, IsAbstract: false }).Select(type => type.Name);

#pragma warning disable CA1852 // open is the point
    private record OpenMessage(NodeId From) : Message(From)
    {
        public override Protocols.Messages.Wire Wire => default;
    }
#pragma warning restore CA1852

    private sealed class Hidden : UntypedActor
    {
        private Hidden()
        {
        }

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
