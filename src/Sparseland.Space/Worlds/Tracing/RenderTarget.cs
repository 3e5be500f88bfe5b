using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;

namespace Sparseland.Space.Worlds.Tracing;

/// <summary>The layers of a view while it is rendered.</summary>
internal sealed class RenderTarget(PinholeCamera camera)
{
    public PinholeCamera Camera { get; } = camera;

    public Image<Vector3> Colour { get; } = new(camera.Width, camera.Height);

    public Image<Vector3> Normals { get; } = new(camera.Width, camera.Height);

    public Image<Vector3> Albedo { get; } = new(camera.Width, camera.Height);

    public Image<float> Alpha { get; } = new(camera.Width, camera.Height);

    public Image<float> Depth { get; } = new(camera.Width, camera.Height);

    public Image<float> AxialDepth { get; } = new(camera.Width, camera.Height);

    public Image<ushort> Instances { get; } = new(camera.Width, camera.Height);

    /// <summary>Light that is no number is a fault of the scene's values, and is said.</summary>
    public void RequireFinite(string scene)
    {
        for (var i = 0; i < Colour.Pixels.Length; i++)
        {
            if (!float.IsFinite(Colour.Pixels[i].LengthSquared()))
                throw new NumericalException($"scene '{scene}': the light in column {i % Camera.Width}, row {i / Camera.Width} is {Colour.Pixels[i]}; look for an emission, colour or transform of extreme size");
        }
    }
}
