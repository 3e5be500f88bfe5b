using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;

namespace Sparseland.Space.Views;

/// <summary>A picture with the camera that took it and what is known of its pixels. All layers have the camera's size and belong to the centre of the pixel, colour and opacity to its whole area.</summary>
public sealed class PosedView
{
    /// <summary>A view.</summary>
    /// <param name="name">What it is called in its dataset ("train/r_0").</param>
    /// <param name="camera">The camera.</param>
    /// <param name="colour">Linear red, green and blue, at least 0.</param>
    /// <exception cref="MismatchException">The picture has another size than the camera.</exception>
    public PosedView(string name, PinholeCamera camera, Image<Vector3> colour)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(camera);
        (Name, Camera) = (name, camera);
        Colour = Require(colour, "colour")!;
        ArgumentNullException.ThrowIfNull(colour);
    }

    /// <summary>What it is called in its dataset.</summary>
    public string Name { get; }

    /// <summary>The camera.</summary>
    public PinholeCamera Camera { get; }

    /// <summary>Linear red, green and blue, at least 0. Where there is an opacity it is the colour of what is there, not multiplied by it; where there is none the background is part of it.</summary>
    public Image<Vector3> Colour { get; }

    /// <summary>Which share of each pixel is covered, in [0, 1]; null when the background is part of the colour.</summary>
    public Image<float>? Alpha
    {
        get;
        init => field = Require(value, "opacity");
    }

    /// <summary>The distance from the camera to what is seen, along the ray through the pixel's centre, in metres; infinity where nothing is. Null when not known.</summary>
    public Image<float>? Depth
    {
        get;
        init => field = Require(value, "depth");
    }

    /// <summary>The number of the object that is seen at the pixel's centre, from 1; 0 where nothing is. Null when not known.</summary>
    public Image<ushort>? Instances
    {
        get;
        init => field = Require(value, "instance");
    }

    /// <summary>The surface's direction outwards at the pixel's centre, of length one in the world's axes; zero where nothing is. Null when not known.</summary>
    public Image<Vector3>? Normals
    {
        get;
        init => field = Require(value, "normal");
    }

    /// <summary>Whether something is seen at a pixel's centre, by depth, else by an opacity of at least one half; true where neither is known.</summary>
    /// <param name="column">0 to width - 1.</param>
    /// <param name="row">0 to height - 1.</param>
    public bool IsCovered(int column, int row) => Depth is not null ? float.IsFinite(Depth[column, row]) : Alpha is null || Alpha[column, row] >= 0.5f;

    /// <summary>
    /// The display values (sRGB, in [0, 1]) over a background, mixed in display values as the light-field literature does, so that signal-to-noise ratios compare with published ones.
    /// Without an opacity the background is not used.
    /// </summary>
    /// <param name="background">The background's display values.</param>
    public Image<Vector3> Display(Vector3 background)
    {
        var image = new Image<Vector3>(Camera.Width, Camera.Height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            var colour = Colour.Pixels[i];
            var display = new Vector3(StandardRgb.FromLinear(colour.X), StandardRgb.FromLinear(colour.Y), StandardRgb.FromLinear(colour.Z));
            image.Pixels[i] = Alpha is null ? display : Vector3.Lerp(background, display, Alpha.Pixels[i]);
        }
        return image;
    }

    private Image<T>? Require<T>(Image<T>? image, string layer) where T : unmanaged
    {
        if (image is not null && (image.Width != Camera.Width || image.Height != Camera.Height))
            throw new MismatchException($"view {Name}: the {layer} image is {image.Width} x {image.Height}, the camera {Camera.Width} x {Camera.Height}");
        return image;
    }
}
