using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace VIommuActors.Architecture.Tests;

/// <summary>An assembly as its file has it: what its code refers to, private parts and lambdas included, without running any of it.</summary>
internal sealed class Metadata
{
    /// <summary>Reads the assembly at <paramref name="path"/>.</summary>
    public Metadata(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        Assemblies = [.. reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))];
        Types = [.. reader.TypeReferences.Select(handle => Reference(reader, handle))];
        Members = [.. reader.MemberReferences.Select(handle => Reference(reader, reader.GetMemberReference(handle))).OfType<(string, string)>()];
        Names = [.. DefinedNames(reader).Select(reader.GetString)];
        Strings = [.. UserStrings(reader)];
    }

    /// <summary>Names of the assemblies it refers to.</summary>
    public IReadOnlyList<string> Assemblies { get; }

    /// <summary>Types of other assemblies that it refers to. A nested type has its outer type's name in front.</summary>
    public IReadOnlyList<(string Assembly, string Namespace, string Name)> Types { get; }

    /// <summary>Methods and fields of other assemblies that it refers to.</summary>
    public IReadOnlyList<(string Type, string Member)> Members { get; }

    /// <summary>Names it defines: namespaces, types, members, parameters, type parameters.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Its string literals.</summary>
    public IReadOnlyList<string> Strings { get; }

    private static (string, string, string) Reference(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        switch (type.ResolutionScope.Kind)
        {
            case HandleKind.TypeReference:
                var (assembly, space, outer) = Reference(reader, (TypeReferenceHandle)type.ResolutionScope);
                return (assembly, space, $"{outer}+{name}");
            case HandleKind.AssemblyReference:
                var scope = reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope);
                return (reader.GetString(scope.Name), reader.GetString(type.Namespace), name);
            default:
                return ("", reader.GetString(type.Namespace), name);
        }
    }

    private static (string, string)? Reference(MetadataReader reader, MemberReference member)
    {
        var name = reader.GetString(member.Name);
        switch (member.Parent.Kind)
        {
            case HandleKind.TypeReference:
                var (_, space, type) = Reference(reader, (TypeReferenceHandle)member.Parent);
                return ($"{space}.{type}", name);
            case HandleKind.TypeSpecification:
                // A generic type: its blob starts with GENERICINST, CLASS or VALUETYPE, and the type's coded handle.
                var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)member.Parent).Signature);
                if (blob.ReadByte() != (byte)SignatureTypeCode.GenericTypeInstance) return null;
                blob.ReadByte();
                if (blob.ReadTypeHandle() is not { Kind: HandleKind.TypeReference } generic) return null;
                var (_, outer, inner) = Reference(reader, (TypeReferenceHandle)generic);
                return ($"{outer}.{inner}", name);
            default:
                return null;
        }
    }

    private static IEnumerable<StringHandle> DefinedNames(MetadataReader reader)
    {
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            yield return type.Namespace;
            yield return type.Name;
            foreach (var parameter in type.GetGenericParameters()) yield return reader.GetGenericParameter(parameter).Name;
        }

        foreach (var handle in reader.MethodDefinitions)
        {
            var method = reader.GetMethodDefinition(handle);
            yield return method.Name;
            foreach (var parameter in method.GetParameters()) yield return reader.GetParameter(parameter).Name;
            foreach (var parameter in method.GetGenericParameters()) yield return reader.GetGenericParameter(parameter).Name;
        }

        foreach (var handle in reader.FieldDefinitions) yield return reader.GetFieldDefinition(handle).Name;
        foreach (var handle in reader.PropertyDefinitions) yield return reader.GetPropertyDefinition(handle).Name;
        foreach (var handle in reader.EventDefinitions) yield return reader.GetEventDefinition(handle).Name;
    }

    private static IEnumerable<string> UserStrings(MetadataReader reader)
    {
        if (reader.GetHeapSize(HeapIndex.UserString) == 0) yield break;
        var handle = MetadataTokens.UserStringHandle(0);
        while (!(handle = reader.GetNextHandle(handle)).IsNil) yield return reader.GetUserString(handle);
    }
}
