using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Motion;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Threads;

namespace Sparseland.Space.Sensors;

/// <summary>
/// A camera on a vehicle: one ray a pixel (or a few) into the world, lit by the sun with its shadow and by the sky, with exposure, vignetting and noise. Every row has its own stream of chance, so the bytes do not depend on threads.
/// </summary>
public sealed class StreetCamera
{
    private const float Gamma = 1 / 2.2f;
    private const float SunStrength = 1.1f;
    private const float SkyStrength = 0.55f;

    /// <summary>A camera.</summary>
    /// <param name="name">Its name, which its chance depends on.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="focal">Focal length in pixels.</param>
    /// <param name="mount">Takes its axes (x right, y down, z forward) to the vehicle's.</param>
    public StreetCamera(string name, int width, int height, float focal, RigidPose mount)
    {
        (Name, Mount) = (name, mount);
        Pinhole = new(width, height, focal, focal, 0.5f * (width - 1), 0.5f * (height - 1), Matrix4x4.Identity);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Takes its axes to the vehicle's.</summary>
    public RigidPose Mount { get; }

    /// <summary>Its size and lens, at the origin.</summary>
    public PinholeCamera Pinhole { get; }

    /// <summary>What its lens does to the picture; null for nothing.</summary>
    public LensDistortion? Lens { get; init; }

    /// <summary>The camera where it is when the vehicle has a pose.</summary>
    public PinholeCamera At(RigidPose vehicle) => new(Pinhole.Width, Pinhole.Height, Pinhole.FocalX, Pinhole.FocalY, Pinhole.CentreX, Pinhole.CentreY, (vehicle * Mount).ToMatrix());

    /// <summary>Takes a picture.</summary>
    /// <param name="world">What there is.</param>
    /// <param name="time">When, in seconds.</param>
    /// <param name="options">How it takes pictures.</param>
    /// <param name="seed">The run's seed; the stream is "camera" and the name.</param>
    /// <param name="frame">The picture's number.</param>
    /// <exception cref="InvalidSettingException">The number of samples is out of range.</exception>
    public CameraPicture Take(StreetWorld world, double time, CameraOptions options, ulong seed, int frame)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Samples is < 1 or > 16)
            throw new InvalidSettingException($"{options.Samples} rays a pixel; give 1 to 16");
        if (!(options.ShutterSeconds is >= 0 and <= 0.1) || (options.ShutterSeconds > 0 && options.Samples == 1))
            throw new InvalidSettingException($"a shutter of {options.ShutterSeconds} s with {options.Samples} rays a pixel; give 0 to 0.1 s, and more than one ray where it is above 0");
        var camera = At(world.Route.At(time).Pose);
        var picture = new CameraPicture(
            camera, new(camera.Width, camera.Height), new(camera.Width, camera.Height), new(camera.Width, camera.Height), new(camera.Width, camera.Height),
            ExposureAt(time, options.ExposureWander, seed)) { Lens = Lens };
        var half = 0.5 * options.ShutterSeconds;
        var moment = half > 0 ? world.During(time - half, time + half) : world.At(time);
        WorkerPool.Run(camera.Height, new Rows(world, moment, time, Shots(world, time, options, camera), picture, options, seed, "camera " + Name, frame));
        return picture;
    }

    // Where the camera is for each of a pixel's rays: in the middle of equal parts of the shutter's time.
    private (PinholeCamera Camera, double Time)[] Shots(StreetWorld world, double time, CameraOptions options, PinholeCamera middle)
    {
        var shots = new (PinholeCamera, double)[options.Samples];
        for (var i = 0; i < shots.Length; i++)
        {
            var when = time + ((i + 0.5) / shots.Length - 0.5) * options.ShutterSeconds;
            shots[i] = (options.ShutterSeconds > 0 ? At(world.Route.At(when).Pose) : middle, when);
        }
        return shots;
    }

    // Two slow waves of the exponent: smooth, and within half to twice.
    private double ExposureAt(double time, double wander, ulong seed)
    {
        var random = new RandomStream(seed, "exposure " + Name);
        var (a, b) = (2 * Math.PI * random.NextDouble(), 2 * Math.PI * random.NextDouble());
        return Math.Pow(2, wander * (0.6 * Math.Sin(0.23 * time + a) + 0.4 * Math.Sin(0.71 * time + b)));
    }

    private readonly record struct Rows(
        StreetWorld World, StreetMoment Moment, double Time, (PinholeCamera Camera, double Time)[] Shots, CameraPicture Picture, CameraOptions Options, ulong Seed, string Stream, int Frame) : IParallelWork
    {
        public void Run(int row)
        {
            var camera = Picture.Camera;
            var random = new RandomStream(Seed, Stream, (ulong)Frame * (ulong)camera.Height + (ulong)row);
            for (var column = 0; column < camera.Width; column++)
            {
                var ray = Picture.RayThrough(camera, column, row);
                var hit = Moment.FirstHit(in ray, Time);
                if (hit.IsHit)
                {
                    Picture.Depth[column, row] = camera.Project(hit.Point).Z;
                    Picture.Objects[column, row] = (ushort)hit.ObjectId;
                    Picture.Normals[column, row] = hit.Normal;
                }
                var light = Options.Samples == 1 ? Shade(in ray, in hit, Time) : Vector3.Zero;
                for (var sample = 0; Options.Samples > 1 && sample < Options.Samples; sample++)
                {
                    var (shot, when) = Shots[sample];
                    var spread = Picture.RayThrough(shot, column + (float)random.NextDouble() - 0.5f, row + (float)random.NextDouble() - 0.5f);
                    var other = Moment.FirstHit(in spread, when);
                    light += Shade(in spread, in other, when) / Options.Samples;
                }
                Picture.Colour[column, row] = Develop(light, column, row, random);
            }
        }

        private Vector3 Shade(in Ray ray, in StreetHit hit, double time)
        {
            var sky = World.Sky;
            if (!hit.IsHit)
                return sky.Gradient(ray.Direction);
            var normal = Vector3.Dot(hit.Normal, ray.Direction) > 0 ? -hit.Normal : hit.Normal;
            var albedo = Albedo(in ray, in hit, normal);
            var towards = Vector3.Normalize(sky.SunDirection);
            var lit = Vector3.Dot(normal, towards);
            var shadow = new Ray(hit.Point + 2e-3f * normal, towards);
            var sun = lit > 0 && !Moment.AnyHit(in shadow, time) ? SunStrength : 0;
            // Half of the light between the zenith's and the ground's by how far the surface looks up.
            var around = Vector3.Lerp(sky.Ground, 0.5f * (sky.Zenith + sky.Horizon), 0.5f + 0.5f * normal.Z);
            var colour = albedo * (SkyStrength * around + new Vector3(MathF.Max(0, lit) * sun));
            var gloss = hit.Body!.Material.Specular;
            if (gloss > 0 && sun > 0)
            {
                var half = Vector3.Normalize(towards - ray.Direction);
                colour += new Vector3(0.5f * gloss * MathF.Pow(MathF.Max(0, Vector3.Dot(normal, half)), 60));
            }
            return colour;
        }

        // The pattern's mean over the pixel's footprint, by four points: far away one point would be noise.
        private Vector3 Albedo(in Ray ray, in StreetHit hit, Vector3 normal)
        {
            var body = hit.Body!;
            var (texture, own) = (body.Material.Colour, body.TextureNormal(hit.OwnNormal));
            if (texture is Worlds.Materials.SolidTexture solid)
                return solid.Colour;
            var footprint = hit.Distance / Picture.Camera.FocalX;
            var cosine = MathF.Max(0.05f, MathF.Abs(Vector3.Dot(normal, ray.Direction)));
            // Along the surface a pixel is stretched in the direction of sight.
            var along = Vector3.Normalize(ray.Direction + cosine * normal + 1e-4f * Vector3.UnitX);
            var across = Vector3.Cross(normal, along);
            var (a, b) = (0.25f * footprint / cosine * along, 0.25f * footprint * across);
            var sum = Vector3.Zero;
            for (var tap = 0; tap < 4; tap++)
                sum += texture.At(body.TexturePoint(hit.OwnPoint + ((tap & 1) == 0 ? a : -a) + (tap < 2 ? b : -b)), own);
            return 0.25f * sum;
        }

        private Rgb8 Develop(Vector3 light, int column, int row, RandomStream random)
        {
            var camera = Picture.Camera;
            var (x, y) = ((column - camera.CentreX) / camera.Width, (row - camera.CentreY) / camera.Width);
            var factor = (float)Picture.Exposure * (1 - Options.Vignetting * MathF.Min(1, 4 * (x * x + y * y)));
            return new(Level(factor * light.X, random), Level(factor * light.Y, random), Level(factor * light.Z, random));
        }

        private byte Level(float light, RandomStream random)
        {
            var level = 255 * MathF.Pow(Math.Clamp(light, 0, 1), Gamma);
            var noise = Options.Noise > 0 ? Options.Noise * random.NextNormal() : 0;
            return (byte)Math.Clamp(Math.Round(level + noise), 0, 255);
        }
    }
}
