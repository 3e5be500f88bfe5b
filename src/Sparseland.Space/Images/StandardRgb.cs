using System.Numerics;

namespace Sparseland.Space.Images;

/// <summary>Between linear light and display values (IEC 61966-2-1, sRGB).</summary>
public static class StandardRgb
{
    private static readonly float[] s_linearOfByte = [.. Enumerable.Range(0, 256).Select(value => ToLinear(value / 255f))];

    /// <summary>The display value of linear light; both in [0, 1], what is beyond is cut off.</summary>
    public static float FromLinear(float linear)
    {
        if (!(linear > 0))
            return 0;
        return linear >= 1 ? 1 : linear <= 0.0031308f ? 12.92f * linear : 1.055f * MathF.Pow(linear, 1 / 2.4f) - 0.055f;
    }

    /// <summary>The linear light of a display value; both in [0, 1].</summary>
    public static float ToLinear(float display) => display <= 0.04045f ? display / 12.92f : MathF.Pow((display + 0.055f) / 1.055f, 2.4f);

    /// <summary>The linear light of a display byte.</summary>
    public static float ToLinear(byte display) => s_linearOfByte[display];

    /// <summary>The display bytes of linear light.</summary>
    public static Rgb8 Encode(Vector3 linear) => new(Byte(FromLinear(linear.X)), Byte(FromLinear(linear.Y)), Byte(FromLinear(linear.Z)));

    /// <summary>The display bytes of linear light with an opacity.</summary>
    /// <param name="linear">Red, green and blue, not multiplied by the opacity.</param>
    /// <param name="alpha">0 is clear, 1 opaque.</param>
    public static Rgba8 Encode(Vector3 linear, float alpha)
    {
        var colour = Encode(linear);
        return new(colour.Red, colour.Green, colour.Blue, Byte(Math.Clamp(alpha, 0, 1)));
    }

    /// <summary>The linear light of display bytes.</summary>
    public static Vector3 Decode(Rgb8 display) => new(ToLinear(display.Red), ToLinear(display.Green), ToLinear(display.Blue));

    /// <summary>A picture of linear light as it is shown.</summary>
    /// <param name="linear">Linear light.</param>
    /// <param name="exposure">What light is multiplied with before it is cut off at 1.</param>
    public static Image<Rgb8> Encode(Image<Vector3> linear, float exposure = 1)
    {
        ArgumentNullException.ThrowIfNull(linear);
        return linear.Select(pixel => Encode(exposure * pixel));
    }

    private static byte Byte(float value) => (byte)(value * 255 + 0.5f);
}
