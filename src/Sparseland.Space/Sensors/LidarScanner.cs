using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Motion;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Threads;

namespace Sparseland.Space.Sensors;

/// <summary>A LiDAR on a vehicle: fires its pattern's beams at a world while both move. Equal seeds give equal bytes for any number of threads, because every column has a stream of its own.</summary>
public sealed class LidarScanner
{
    private const int ColumnsPerPart = 16;
    private const double Attenuation = 0.001;

    // The steepness of the detection curve over the logarithm of the power.
    private const double DetectionSlope = 4;

    // Echoes closer together than the pulse is long come back as one.
    private const float PulseMetres = 1.5f;
    private static readonly double ReferencePower = Power(0.1, 1, 80);

    private readonly LidarPattern _pattern;
    private readonly LidarOptions _options;
    private readonly (double Azimuth, double Elevation)[] _angles;

    /// <summary>A sensor.</summary>
    /// <param name="pattern">When and where it looks.</param>
    /// <param name="mount">Takes its axes to the vehicle's.</param>
    /// <param name="options">How well it measures.</param>
    /// <exception cref="InvalidSettingException">The ranges are no interval.</exception>
    public LidarScanner(LidarPattern pattern, RigidPose mount, LidarOptions options)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.MinimumRange >= 0 && options.MaximumRange > options.MinimumRange))
            throw new InvalidSettingException($"a LiDAR that reports ranges from {options.MinimumRange} to {options.MaximumRange} m; the second must be larger");
        (_pattern, _options, Mount) = (pattern, options, mount);
        _angles = new (double, double)[pattern.Columns * pattern.Beams];
        for (var i = 0; i < _angles.Length; i++)
            _angles[i] = pattern.AnglesOf(i / pattern.Beams, i % pattern.Beams);
    }

    /// <summary>Takes the sensor's axes to the vehicle's.</summary>
    public RigidPose Mount { get; }

    /// <summary>When and where it looks.</summary>
    public LidarPattern Pattern => _pattern;

    /// <summary>Makes a scan.</summary>
    /// <param name="world">What there is.</param>
    /// <param name="start">When it begins, in seconds.</param>
    /// <param name="seed">The run's seed; the stream is "lidar".</param>
    /// <param name="frame">The scan's number.</param>
    public LidarScan Scan(StreetWorld world, double start, ulong seed, int frame)
    {
        ArgumentNullException.ThrowIfNull(world);
        var middle = start + 0.5 * _pattern.Seconds;
        var moment = _options.FreezeTime ? world.At(middle) : world.During(start, start + _pattern.Seconds);
        var echoes = new Echo[_angles.Length];
        var work = new Work(this, world.Route, moment, echoes, start, middle, seed, frame);
        WorkerPool.Run((_pattern.Columns + ColumnsPerPart - 1) / ColumnsPerPart, work);
        return Gather(echoes, world.Route.At(middle).Pose * Mount, middle);
    }

    private LidarScan Gather(Echo[] echoes, RigidPose pose, double time)
    {
        var count = echoes.Count(echo => echo.Range > 0);
        var (positions, intensities, times, rings) = (new Vector3[count], new float[count], new float[count], new int[count]);
        var (truth, poses) = (new LidarTruth[count], new RigidPose[count]);
        var next = 0;
        for (var i = 0; i < echoes.Length; i++)
        {
            ref readonly var echo = ref echoes[i];
            if (!(echo.Range > 0))
                continue;
            positions[next] = echo.Range * LidarPattern.Direction(_angles[i].Azimuth, _angles[i].Elevation);
            (intensities[next], times[next], rings[next]) = (echo.Intensity, echo.Time, i % _pattern.Beams);
            (truth[next], poses[next]) = (echo.Truth, echo.Pose);
            next++;
        }
        return new(new(positions, intensities, times, rings), truth, poses, pose, time);
    }

    private void FireColumn(in Work work, int column)
    {
        var random = new RandomStream(work.Seed, "lidar", (ulong)work.Frame * (ulong)_pattern.Columns + (ulong)column);
        var begin = work.TimeOf(work.Start + _pattern.TimeOf(column, 0));
        var state = work.Route.At(begin);
        var pose = state.Pose * Mount;
        for (var beam = 0; beam < _pattern.Beams; beam++)
        {
            var index = column * _pattern.Beams + beam;
            var time = work.TimeOf(work.Start + _pattern.TimeOf(column, beam));
            // Within 50 microseconds of a column the way is straight, and a turn shows nothing.
            var placed = pose with { Translation = pose.Translation + (time - begin) * state.Velocity };
            if (Fire(work.Moment, in placed, time, index, random, out var echo))
                work.Echoes[index] = echo with { Time = (float)(time - work.Middle), Pose = placed };
        }
    }

    private bool Fire(StreetMoment moment, in RigidPose pose, double time, int index, RandomStream random, out Echo echo)
    {
        var (azimuth, elevation) = _angles[index];
        if (_options.BearingNoise > 0)
            (azimuth, elevation) = (azimuth + _options.BearingNoise * random.NextNormal(), elevation + _options.BearingNoise * random.NextNormal());
        var found = _options.Divergence > 0
            ? Wide(moment, in pose, time, azimuth, elevation, out echo)
            : Thin(moment, in pose, time, azimuth, elevation, out echo);
        if (_options.RainPerMetre > 0)
        {
            var drop = -(float)(Math.Log(1 - random.NextDouble()) / _options.RainPerMetre);
            if (drop > _options.MinimumRange && drop < (found ? echo.Range : 20))
                (echo, found) = (new(drop, 0.05f, Power(0.1, 1, Math.Min(drop, 20)), 0, default, new(0, StreetClass.None, default, drop)), true);
        }
        return found && Measure(random, ref echo);
    }

    private bool Thin(StreetMoment moment, in RigidPose pose, double time, double azimuth, double elevation, out Echo echo)
    {
        var direction = pose.Rotation.Apply(new(LidarPattern.Direction(azimuth, elevation))).ToSingle();
        var ray = new Ray(pose.Translation.ToSingle(), direction, _options.MinimumRange, _options.MaximumRange);
        var hit = moment.FirstHit(in ray, time);
        echo = default;
        if (!hit.IsHit)
            return false;
        var reflectivity = hit.Body!.Material.LidarReflectivity;
        var cosine = MathF.Abs(Vector3.Dot(hit.Normal, direction));
        echo = new(hit.Distance, reflectivity * MathF.Sqrt(cosine), Power(reflectivity, cosine, hit.Distance), 0, default, new(hit.ObjectId, hit.Kind, hit.Normal, hit.Distance));
        return true;
    }

    // Four rays around the beam's middle; those within a pulse of the strongest are averaged by their power.
    private bool Wide(StreetMoment moment, in RigidPose pose, double time, double azimuth, double elevation, out Echo echo)
    {
        Span<Echo> parts = stackalloc Echo[4];
        var (count, strongest) = (0, 0);
        for (var i = 0; i < 4; i++)
        {
            var offset = 0.25 * _options.Divergence;
            if (!Thin(moment, in pose, time, azimuth + ((i & 1) == 0 ? offset : -offset), elevation + (i < 2 ? offset : -offset), out parts[count]))
                continue;
            strongest = parts[count].Power > parts[strongest].Power ? count : strongest;
            count++;
        }
        echo = default;
        if (count == 0)
            return false;
        var (range, intensity, power) = (0.0, 0.0, 0.0);
        foreach (var part in parts[..count])
        {
            if (MathF.Abs(part.Range - parts[strongest].Range) > PulseMetres)
                continue;
            (range, intensity, power) = (range + part.Power * part.Range, intensity + part.Power * part.Intensity, power + part.Power);
        }
        echo = parts[strongest] with { Range = (float)(range / power), Intensity = (float)(intensity / power), Power = 0.25 * power };
        return true;
    }

    private bool Measure(RandomStream random, ref Echo echo)
    {
        // Always the same draws, so that one lost echo does not change the next beams.
        var (chance, loss, rangeError, intensityError) = (random.NextDouble(), random.NextDouble(), random.NextNormal(), random.NextNormal());
        if (loss < _options.Dropout)
            return false;
        var intensity = (double)echo.Intensity;
        if (_options.WeakEchoesGetLost)
        {
            if (chance * (1 + Math.Pow(ReferencePower / echo.Power, DetectionSlope)) > 1)
                return false;
            intensity *= 1 + 0.05 * intensityError;
        }
        var range = echo.Range + _options.RangeNoise * (float)rangeError;
        echo = echo with { Range = range, Intensity = (float)Math.Clamp(intensity, 0, 1) };
        return range > 0;
    }

    private static double Power(double reflectivity, double cosine, double range) => reflectivity * cosine * Math.Exp(-2 * Attenuation * range) / (range * range) + 1e-300;

    private readonly record struct Echo(float Range, float Intensity, double Power, float Time, RigidPose Pose, LidarTruth Truth);

    private readonly record struct Work(LidarScanner Scanner, ITrajectory Route, StreetMoment Moment, Echo[] Echoes, double Start, double Middle, ulong Seed, int Frame) : IParallelWork
    {
        public double TimeOf(double time) => Scanner._options.FreezeTime ? Middle : time;

        public void Run(int part)
        {
            var last = Math.Min(Scanner._pattern.Columns, (part + 1) * ColumnsPerPart);
            for (var column = part * ColumnsPerPart; column < last; column++)
                Scanner.FireColumn(in this, column);
        }
    }
}
