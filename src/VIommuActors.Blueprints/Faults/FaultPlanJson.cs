using System.Text.Json;
using System.Text.Json.Serialization;

namespace VIommuActors.Blueprints.Faults;

/// <summary>How a plan is read and written: every member stated, none unknown; no reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(FaultPlan))]
internal sealed partial class FaultPlanJson : JsonSerializerContext;
