using System.Numerics;
using Sparseland.Space.Images;

namespace Sparseland.Space.Worlds.Materials;

/// <summary>A picture laid on flat sides, repeated.</summary>
/// <param name="Image">Linear colours.</param>
/// <param name="Size">The picture's width on the object, in metres.</param>
public sealed record BitmapTexture(Image<Vector3> Image, float Size) : Texture
{
    /// <summary>The file it was read from, as scene files name it; null when it was made in memory.</summary>
    public string? File { get; init; }

    /// <inheritdoc/>
    public override Vector3 At(Vector3 point, Vector3 normal)
    {
        var place = Flat(point, normal) * (Image.Width / Size);
        return Image[Wrap(Cell(place.X), Image.Width), Image.Height - 1 - Wrap(Cell(place.Y), Image.Height)];
    }

    private static int Wrap(int value, int count) => (value % count + count) % count;
}
