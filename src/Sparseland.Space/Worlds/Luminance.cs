using System.Numerics;

namespace Sparseland.Space.Worlds;

/// <summary>How bright a linear colour looks (Rec. 709).</summary>
internal static class Luminance
{
    public static float Of(Vector3 colour) => Vector3.Dot(colour, new Vector3(0.2126f, 0.7152f, 0.0722f));
}
