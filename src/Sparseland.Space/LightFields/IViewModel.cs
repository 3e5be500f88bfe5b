using System.Numerics;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;

namespace Sparseland.Space.LightFields;

/// <summary>Something that has learned a scene from views and draws it from others. Safe to be asked by several threads.</summary>
public interface IViewModel
{
    /// <summary>What tables call the method.</summary>
    string Method { get; }

    /// <summary>Draws what a camera sees.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="cancellation">Stops the drawing.</param>
    RenderedView Render(PinholeCamera camera, CancellationToken cancellation = default);
}

/// <summary>A picture that a model drew.</summary>
/// <param name="Colour">Display values in [0, 1].</param>
/// <param name="Depth">The expected distance along the ray, in metres; infinity where less than half of the light is stopped.</param>
/// <param name="Opacity">Which share of the light is stopped.</param>
/// <param name="Queries">How often the network was asked for an opacity, over all pixels.</param>
/// <param name="HitRays">Rays that asked at all.</param>
public sealed record RenderedView(Image<Vector3> Colour, Image<float> Depth, Image<float> Opacity, long Queries, long HitRays)
{
    /// <summary>The picture as bytes of display values.</summary>
    public Image<Rgb8> ToBytes() => Colour.Select(colour =>
    {
        var scaled = Vector3.Clamp(colour, Vector3.Zero, Vector3.One) * 255 + new Vector3(0.5f);
        return new Rgb8((byte)scaled.X, (byte)scaled.Y, (byte)scaled.Z);
    });
}
