using System.Numerics;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>Colours of files, eight bits of sRGB a channel (IEC 61966-2-1), as linear ones and back. A byte comes back as the same byte.</summary>
internal static class MeshColour
{
    private static readonly float[] LinearOfByte = MakeTable();

    /// <summary>Three bytes as a linear colour.</summary>
    public static Vector3 FromBytes(byte red, byte green, byte blue) => new(LinearOfByte[red], LinearOfByte[green], LinearOfByte[blue]);

    /// <summary>Three sRGB values in [0, 1] as a linear colour; outside they count as the nearer end.</summary>
    public static Vector3 FromUnit(Vector3 encoded) => new(ToLinear(encoded.X), ToLinear(encoded.Y), ToLinear(encoded.Z));

    /// <summary>A linear colour as three bytes; outside [0, 1] the nearer end is taken.</summary>
    public static (byte Red, byte Green, byte Blue) ToBytes(Vector3 linear) => (ToByte(linear.X), ToByte(linear.Y), ToByte(linear.Z));

    private static byte ToByte(float linear)
    {
        var value = Math.Clamp(float.IsNaN(linear) ? 0 : linear, 0, 1);
        var encoded = value <= 0.0031308f ? 12.92f * value : 1.055f * MathF.Pow(value, 1 / 2.4f) - 0.055f;
        return (byte)MathF.Round(255 * encoded);
    }

    private static float ToLinear(float encoded)
    {
        var value = Math.Clamp(encoded, 0, 1);
        // What was written from a byte is read as that byte.
        var nearest = MathF.Round(255 * value);
        if (Math.Abs(255 * value - nearest) < 1e-3f)
            return LinearOfByte[(int)nearest];
        return Decode(value);
    }

    private static float Decode(double encoded) => (float)(encoded <= 0.04045 ? encoded / 12.92 : Math.Pow((encoded + 0.055) / 1.055, 2.4));

    private static float[] MakeTable()
    {
        var table = new float[256];
        for (var i = 0; i < table.Length; i++)
            table[i] = Decode(i / 255.0);
        return table;
    }
}
