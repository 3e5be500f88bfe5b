using System.Numerics;
using Sparseland.Space.Images;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>Colours of files, eight bits of sRGB a channel, as linear ones and back. A byte comes back as the same byte.</summary>
internal static class MeshColour
{
    /// <summary>Three sRGB values in [0, 1] as a linear colour; outside they count as the nearer end.</summary>
    public static Vector3 FromUnit(Vector3 encoded) => new(ToLinear(encoded.X), ToLinear(encoded.Y), ToLinear(encoded.Z));

    private static float ToLinear(float encoded)
    {
        var value = Math.Clamp(encoded, 0, 1);
        // What was written from a byte is read as that byte.
        var nearest = MathF.Round(255 * value);
        return Math.Abs(255 * value - nearest) < 1e-3f ? StandardRgb.ToLinear((byte)nearest) : StandardRgb.ToLinear(value);
    }
}
