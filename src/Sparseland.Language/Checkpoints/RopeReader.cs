using Sparseland.Files;
using Sparseland.Language.Models;

namespace Sparseland.Language.Checkpoints;

/// <summary>Reads rotary base and scaling from config.json: rope_theta with rope_scaling, or rope_parameters, which holds both in newer files.</summary>
internal static class RopeReader
{
    /// <summary>The base and the scaling.</summary>
    public static (double Theta, RopeScaling? Scaling) Read(JsonFields fields)
    {
        var parameters = fields.Object("rope_parameters");
        var scaling = parameters ?? fields.Object("rope_scaling");
        var theta = fields.Double("rope_theta", 10000, 1e-3, 1e15);
        if (parameters is { } own)
        {
            if (own.Value.EnumerateObject().Any(property => property.Value.ValueKind == System.Text.Json.JsonValueKind.Object))
                throw fields.Unsupported("rope_parameters", "rotary settings that differ by layer are not known");
            theta = own.Double("rope_theta", theta, 1e-3, 1e15);
            if (own.Double("partial_rotary_factor", 1, 0, 1) != 1)
                throw own.Unsupported("partial_rotary_factor", "rotating part of a head is not known");
        }
        return (theta, scaling is { } given ? Scaling(given, fields) : null);
    }

    private static RopeScaling? Scaling(JsonFields scaling, JsonFields fields)
    {
        var kind = scaling.Text("rope_type") ?? scaling.Text("type") ?? "default";
        return kind switch
        {
            "default" => null,
            "linear" => new(RopeScalingKind.Linear, scaling.Double("factor", null, 1e-3, 1e6)),
            "llama3" => Llama3(scaling, fields),
            _ => throw scaling.Unsupported("rope_type", $"the rotary scaling {PrintableName.Of(kind)} is not known; known are default, linear, llama3"),
        };
    }

    private static RopeScaling Llama3(JsonFields scaling, JsonFields fields)
    {
        var result = new RopeScaling(
            RopeScalingKind.Llama3,
            scaling.Double("factor", null, 1e-3, 1e6),
            scaling.Double("low_freq_factor", 1, 1e-6, 1e6),
            scaling.Double("high_freq_factor", 4, 1e-6, 1e6),
            scaling.Int("original_max_position_embeddings", fields.Int("max_position_embeddings", 8192, 1, 1 << 28), 1, 1 << 28));
        return result.HighFrequencyFactor > result.LowFrequencyFactor
            ? result
            : throw scaling.Fault("high_freq_factor", $"{result.HighFrequencyFactor} is not above low_freq_factor, {result.LowFrequencyFactor}");
    }
}
