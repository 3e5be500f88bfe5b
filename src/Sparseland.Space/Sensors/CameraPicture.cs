using System.Numerics;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Sensors;

/// <summary>What a camera took, and what is true at every pixel's centre.</summary>
/// <param name="Camera">The camera where it was.</param>
/// <param name="Colour">The picture.</param>
/// <param name="Depth">Metres along the optical axis; 0 for the sky.</param>
/// <param name="Objects">Object numbers; 0 for the sky.</param>
/// <param name="Normals">Directions outwards in the world's axes; zero for the sky.</param>
/// <param name="Exposure">The factor that all light was multiplied by.</param>
public sealed record CameraPicture(PinholeCamera Camera, Image<Rgb8> Colour, Image<float> Depth, Image<ushort> Objects, Image<Vector3> Normals, double Exposure)
{
    /// <summary>What the lens did to all four pictures; null for nothing.</summary>
    public LensDistortion? Lens { get; init; }

    /// <summary>The ray through a pixel for a pose of this picture's camera, the lens taken into account.</summary>
    internal Ray RayThrough(PinholeCamera camera, float column, float row) => Lens is null ? camera.RayThrough(column, row) : Lens.RayThrough(camera, column, row);
}
