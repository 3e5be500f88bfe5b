using System.Numerics;

namespace Sparseland.Space.Worlds.Materials;

/// <summary>A colour that depends on the place: a function of the point in the object's axes, in metres, and of the direction outwards there. Thread-safe.</summary>
public abstract record Texture
{
    /// <summary>The linear colour at a point.</summary>
    /// <param name="point">In the object's axes, in metres from its origin.</param>
    /// <param name="normal">The direction outwards in the object's axes; flat patterns are laid on along its largest component.</param>
    public abstract Vector3 At(Vector3 point, Vector3 normal);

    /// <summary>Two coordinates on the side that a normal points to: on upright sides along and up, on level ones x and y.</summary>
    protected static Vector2 Flat(Vector3 point, Vector3 normal)
    {
        var size = Vector3.Abs(normal);
        return size.Z >= size.X && size.Z >= size.Y ? new(point.X, point.Y) : size.X >= size.Y ? new(point.Y, point.Z) : new(point.X, point.Z);
    }

    /// <summary>The whole number at or below.</summary>
    protected static int Cell(float value) => (int)MathF.Floor(value);
}

/// <summary>One colour everywhere.</summary>
/// <param name="Colour">Linear, in [0, 1].</param>
public sealed record SolidTexture(Vector3 Colour) : Texture
{
    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal) => Colour;
}

/// <summary>Cubes of two colours by turns.</summary>
/// <param name="First">Linear, in [0, 1].</param>
/// <param name="Second">Linear, in [0, 1].</param>
/// <param name="Size">A cube's side, in metres.</param>
public sealed record CheckerTexture(Vector3 First, Vector3 Second, float Size) : Texture
{
    // Faces that lie on a border of cubes would flicker between both: a small shift keeps whole numbers off the borders.
    private const float Shift = 1e-3f;

    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal)
    {
        var p = point / Size + new Vector3(Shift);
        return ((Cell(p.X) + Cell(p.Y) + Cell(p.Z)) & 1) == 0 ? First : Second;
    }
}

/// <summary>Stripes of two colours by turns, across an axis of the object.</summary>
/// <param name="First">Linear, in [0, 1].</param>
/// <param name="Second">Linear, in [0, 1].</param>
/// <param name="Size">A stripe's width, in metres.</param>
/// <param name="Axis">0, 1 or 2: the axis along which the colours change.</param>
public sealed record StripesTexture(Vector3 First, Vector3 Second, float Size, int Axis) : Texture
{
    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal) => (Cell(point[Axis] / Size + 1e-3f) & 1) == 0 ? First : Second;
}

/// <summary>Bricks in mortar, every other row shifted by half a brick.</summary>
/// <param name="First">The bricks' colour, linear, in [0, 1].</param>
/// <param name="Second">The mortar's.</param>
/// <param name="Size">A brick's length with its joint, in metres; it is half as high.</param>
/// <param name="Joint">The joint's share of the height, in [0, 1].</param>
public sealed record BricksTexture(Vector3 First, Vector3 Second, float Size, float Joint) : Texture
{
    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal)
    {
        var place = Flat(point, normal) / Size;
        var row = Cell(2 * place.Y);
        var along = place.X + 0.5f * (row & 1);
        var inJoint = 2 * place.Y - row < Joint || 2 * (along - MathF.Floor(along)) < Joint;
        return inJoint ? Second : First;
    }
}

/// <summary>A smooth random mixture of two colours: value noise of several octaves, each half as large and half as strong as the one before.</summary>
/// <param name="First">Linear, in [0, 1].</param>
/// <param name="Second">Linear, in [0, 1].</param>
/// <param name="Size">The first octave's spacing, in metres.</param>
/// <param name="Octaves">1 to 8.</param>
/// <param name="Seed">Which mixture.</param>
public sealed record NoiseTexture(Vector3 First, Vector3 Second, float Size, int Octaves, int Seed) : Texture
{
    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal)
    {
        var (sum, total, weight) = (0f, 0f, 1f);
        var p = point / Size;
        for (var octave = 0; octave < Octaves; octave++)
        {
            sum += weight * Smooth(p, (uint)(Seed + 31 * octave));
            total += weight;
            weight *= 0.5f;
            p *= 2;
        }
        return Vector3.Lerp(First, Second, sum / total);
    }

    private static float Smooth(Vector3 p, uint seed)
    {
        var (x, y, z) = (Cell(p.X), Cell(p.Y), Cell(p.Z));
        var t = p - new Vector3(x, y, z);
        t = t * t * (new Vector3(3) - 2 * t);
        var value = 0f;
        for (var corner = 0; corner < 8; corner++)
        {
            var (i, j, k) = (corner & 1, (corner >> 1) & 1, corner >> 2);
            value += (i == 1 ? t.X : 1 - t.X) * (j == 1 ? t.Y : 1 - t.Y) * (k == 1 ? t.Z : 1 - t.Z) * Lattice(x + i, y + j, z + k, seed);
        }
        return value;
    }

    private static float Lattice(int x, int y, int z, uint seed)
    {
        var h = (uint)x * 0x8DA6B343u ^ (uint)y * 0xD8163841u ^ (uint)z * 0xCB1AB31Fu ^ seed * 0x9E3779B9u;
        h = (h ^ (h >> 16)) * 0x7FEB352Du;
        h = (h ^ (h >> 15)) * 0x846CA68Bu;
        return (h ^ (h >> 16)) * (1f / uint.MaxValue);
    }
}
