using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Datasets.Euroc;
using Sparseland.Space.Datasets.Kitti;
using Sparseland.Space.Datasets.NuScenes;

namespace Sparseland.Space.Datasets;

/// <summary>What a look through a dataset found.</summary>
/// <param name="Format">kitti, nuscenes or euroc.</param>
/// <param name="Frames">Frames looked at.</param>
/// <param name="Points">Points of all scans.</param>
/// <param name="Ranges">Distances of the points: the median and the largest, in metres.</param>
/// <param name="Boxes">Boxes and the points in them, by class.</param>
/// <param name="Faults">What is wrong, a line each; empty when all is well.</param>
/// <param name="HasManifest">Whether file hashes were compared.</param>
public sealed record DatasetReport(
    string Format, int Frames, long Points, (double Median, double Largest) Ranges, IReadOnlyDictionary<string, (int Boxes, long Points)> Boxes, IReadOnlyList<string> Faults, bool HasManifest);

/// <summary>Looks through a dataset in the layout of KITTI, nuScenes or EuRoC, generated or real: reads every file that a frame needs and says what does not fit.</summary>
public static class DatasetCheck
{
    private const int RangesPerFrame = 500;

    /// <summary>Looks through a dataset.</summary>
    /// <param name="root">Its folder.</param>
    /// <param name="progress">Is told of every frame.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="InvalidFileException">The folder is of no layout that is known, or its tables cannot be read.</exception>
    public static DatasetReport Run(string root, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(root))
            throw new InvalidFileException(root, "", "there is no such folder", "name the folder of a dataset");
        var check = new Collected();
        if (KittiDataset.IsAt(root))
            CheckKitti(KittiDataset.Open(root), check, progress, cancellationToken);
        else if (NuScenesDataset.IsAt(root))
            CheckNuScenes(NuScenesDataset.Open(root), check, progress, cancellationToken);
        else if (Directory.Exists(Path.Combine(root, "mav0")))
            CheckEuroc(Path.Combine(root, "mav0"), check, progress, cancellationToken);
        else
            throw new InvalidFileException(root, "", "it is neither KITTI (velodyne/), nuScenes (a folder with sample_data.json) nor EuRoC (mav0/)", "name the folder of a dataset");
        var hasManifest = File.Exists(Path.Combine(root, DatasetManifest.FileName));
        if (hasManifest)
            check.Faults.AddRange(DatasetManifest.Read(root).Verify(root, cancellationToken));
        return check.ToReport(hasManifest);
    }

    private static void CheckKitti(KittiDataset dataset, Collected check, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        check.Format = "kitti";
        Each(dataset.Ids, check, progress, cancellationToken, id =>
        {
            var frame = dataset.Read(id);
            check.Add(frame);
            foreach (var (label, number) in dataset.Labels(id).Select((label, i) => (label, i + 1)))
            {
                var isBox = label.Type != KittiLabel.DontCare;
                if (isBox && !(label.Height > 0 && label.Width > 0 && label.Length > 0))
                    check.Faults.Add($"label_2/{id}.txt: label {number} ({label.Type}) has sizes {label.Height} x {label.Width} x {label.Length}, which must be above 0");
                if (!(label.Right >= label.Left && label.Bottom >= label.Top))
                    check.Faults.Add($"label_2/{id}.txt: label {number} ({label.Type}) has a box that ends before it begins");
                if (isBox && frame.Images.Count > 0 && !FallsNear(frame, label.ToBox(dataset.Calibration(id)), label))
                    check.Faults.Add($"label_2/{id}.txt: label {number} ({label.Type}) does not fall on its box in the picture");
            }
        });
    }

    // The middle of the box must project into its label's box, widened by half.
    private static bool FallsNear(Frame frame, Box3D box, KittiLabel label)
    {
        var (column, row, depth) = frame.Images[0].Project(box.Centre);
        var (width, height) = (label.Right - label.Left + 20, label.Bottom - label.Top + 20);
        var isCut = label.Truncated > 0;
        return isCut || (depth > 0 && column > label.Left - 0.5 * width && column < label.Right + 0.5 * width && row > label.Top - 0.5 * height && row < label.Bottom + 0.5 * height);
    }

    private static void CheckNuScenes(NuScenesDataset dataset, Collected check, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        check.Format = "nuscenes";
        Each(dataset.Ids, check, progress, cancellationToken, id =>
        {
            var frame = dataset.Read(id);
            check.Add(frame);
            foreach (var image in frame.Images.Where(image => !File.Exists(image.Path)))
                check.Faults.Add($"{image.Path}: missing");
            foreach (var box in frame.Boxes.Where(box => !(box.Length > 0 && box.Width > 0 && box.Height > 0)))
                check.Faults.Add($"sample_annotation.json: a box of {box.ClassName} in sample {id} has sizes {box.Length} x {box.Width} x {box.Height}, which must be above 0");
        });
    }

    private static void CheckEuroc(string root, Collected check, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        check.Format = "euroc";
        var clouds = Path.Combine(root, "lidar0", "data.csv");
        Attempt(check, () => EurocSensor.Read(Path.Combine(root, "imu0", "sensor.yaml")));
        Attempt(check, () => EurocFiles.ReadImu(Path.Combine(root, "imu0", "data.csv")));
        Attempt(check, () => EurocFiles.ReadStates(Path.Combine(root, "state_groundtruth_estimate0", "data.csv")));
        foreach (var camera in Directory.EnumerateDirectories(root, "cam*").Order(StringComparer.Ordinal))
        {
            Attempt(check, () => EurocSensor.Read(Path.Combine(camera, "sensor.yaml")));
            Attempt(check, () =>
            {
                foreach (var image in EurocFiles.ReadImages(Path.Combine(camera, "data.csv")).Where(image => !File.Exists(Path.Combine(camera, "data", image.FileName))))
                    check.Faults.Add($"{Path.Combine(camera, "data", image.FileName)}: missing");
                return 0;
            });
        }
        if (File.Exists(clouds))
            Each([.. EurocFiles.ReadImages(clouds).Select(image => image.FileName)], check, progress, cancellationToken, name => check.Add(new Frame(name, PlyCloudFile.Read(Path.Combine(root, "lidar0", "data", name)), [], [], null)));
    }

    private static void Each(IReadOnlyList<string> ids, Collected check, IProgress<ProgressReport>? progress, CancellationToken cancellationToken, Action<string> look)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new("checking", i, ids.Count, $"{check.Points:N0} points, {check.Faults.Count} faults"));
            Attempt(check, () =>
            {
                look(ids[i]);
                return 0;
            });
        }
        progress?.Report(new("checking", ids.Count, ids.Count));
    }

    private static void Attempt<T>(Collected check, Func<T> read)
    {
        try
        {
            _ = read();
        }
        catch (SparselandException fault)
        {
            check.Faults.Add(fault.Message);
        }
    }

    private sealed class Collected
    {
        private readonly List<double> _ranges = [];
        private readonly SortedDictionary<string, (int Boxes, long Points)> _boxes = new(StringComparer.Ordinal);
        private double _largest;

        public string Format { get; set; } = "";

        public int Frames { get; private set; }

        public long Points { get; private set; }

        public List<string> Faults { get; } = [];

        public void Add(Frame frame)
        {
            Frames++;
            var cloud = frame.Points;
            Points += cloud.Count;
            for (var i = 0; i < cloud.Count; i++)
            {
                var range = cloud.Positions[i].Length();
                _largest = Math.Max(_largest, range);
                if (range == 0)
                    Faults.Add($"frame {frame.Id}: point {i} lies at the sensor itself; what sends nothing back must not be written");
                if (i % Math.Max(1, cloud.Count / RangesPerFrame) == 0)
                    _ranges.Add(range);
            }
            foreach (var box in frame.Boxes)
            {
                var (boxes, points) = _boxes.GetValueOrDefault(box.ClassName);
                _boxes[box.ClassName] = (boxes + 1, points + cloud.Positions.Count(point => box.Contains(new(point))));
            }
        }

        public DatasetReport ToReport(bool hasManifest)
        {
            _ranges.Sort();
            return new(Format, Frames, Points, (_ranges.Count > 0 ? _ranges[_ranges.Count / 2] : 0, _largest), _boxes, Faults, hasManifest);
        }
    }
}
