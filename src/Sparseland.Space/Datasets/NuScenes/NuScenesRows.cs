namespace Sparseland.Space.Datasets.NuScenes;

/// <summary>A drive.</summary>
/// <param name="Token">Its name, 32 hex digits.</param>
/// <param name="LogToken">Its log.</param>
/// <param name="NbrSamples">Number of key frames.</param>
/// <param name="FirstSampleToken">The first key frame.</param>
/// <param name="LastSampleToken">The last key frame.</param>
/// <param name="Name">A name for people.</param>
/// <param name="Description">What happens.</param>
public sealed record NuScenesScene(string Token, string LogToken, int NbrSamples, string FirstSampleToken, string LastSampleToken, string Name, string Description);

/// <summary>A key frame.</summary>
/// <param name="Token">Its name.</param>
/// <param name="Timestamp">Microseconds.</param>
/// <param name="Prev">The key frame before, or empty.</param>
/// <param name="Next">The key frame after, or empty.</param>
/// <param name="SceneToken">Its drive.</param>
public sealed record NuScenesSample(string Token, long Timestamp, string Prev, string Next, string SceneToken);

/// <summary>A sensor's file.</summary>
/// <param name="Token">Its name.</param>
/// <param name="SampleToken">Its key frame.</param>
/// <param name="EgoPoseToken">Where the vehicle was.</param>
/// <param name="CalibratedSensorToken">Which sensor, where it sits.</param>
/// <param name="Timestamp">Microseconds.</param>
/// <param name="Fileformat">"pcd" or "png".</param>
/// <param name="IsKeyFrame">Whether it belongs to a key frame rather than to a sweep between.</param>
/// <param name="Height">Rows of an image, 0 for clouds.</param>
/// <param name="Width">Columns of an image, 0 for clouds.</param>
/// <param name="Filename">From the dataset's root.</param>
/// <param name="Prev">The sensor's file before, or empty.</param>
/// <param name="Next">The sensor's file after, or empty.</param>
public sealed record NuScenesSampleData(
    string Token, string SampleToken, string EgoPoseToken, string CalibratedSensorToken, long Timestamp, string Fileformat, bool IsKeyFrame, int Height, int Width, string Filename, string Prev, string Next);

/// <summary>Where the vehicle was.</summary>
/// <param name="Token">Its name.</param>
/// <param name="Timestamp">Microseconds.</param>
/// <param name="Rotation">Vehicle to world: w, x, y, z.</param>
/// <param name="Translation">Metres.</param>
public sealed record NuScenesEgoPose(string Token, long Timestamp, IReadOnlyList<double> Rotation, IReadOnlyList<double> Translation);

/// <summary>A sensor on the vehicle.</summary>
/// <param name="Token">Its name.</param>
/// <param name="SensorToken">Which sensor.</param>
/// <param name="Translation">Metres.</param>
/// <param name="Rotation">Sensor to vehicle: w, x, y, z.</param>
/// <param name="CameraIntrinsic">Three rows of three of a camera; empty for others.</param>
public sealed record NuScenesCalibratedSensor(string Token, string SensorToken, IReadOnlyList<double> Translation, IReadOnlyList<double> Rotation, IReadOnlyList<IReadOnlyList<double>> CameraIntrinsic);

/// <summary>A sensor.</summary>
/// <param name="Token">Its name.</param>
/// <param name="Channel">"LIDAR_TOP", "CAM_FRONT" and so on.</param>
/// <param name="Modality">"lidar" or "camera".</param>
public sealed record NuScenesSensor(string Token, string Channel, string Modality);

/// <summary>An object over time.</summary>
/// <param name="Token">Its name.</param>
/// <param name="CategoryToken">Its class.</param>
/// <param name="NbrAnnotations">Number of its boxes.</param>
/// <param name="FirstAnnotationToken">The first box.</param>
/// <param name="LastAnnotationToken">The last box.</param>
public sealed record NuScenesInstance(string Token, string CategoryToken, int NbrAnnotations, string FirstAnnotationToken, string LastAnnotationToken);

/// <summary>A box in the world.</summary>
/// <param name="Token">Its name.</param>
/// <param name="SampleToken">Its key frame.</param>
/// <param name="InstanceToken">Its object.</param>
/// <param name="VisibilityToken">How much the cameras see: "1" to "4".</param>
/// <param name="AttributeTokens">Its attributes.</param>
/// <param name="Translation">Gravity centre, metres.</param>
/// <param name="Size">Width, length, height, metres.</param>
/// <param name="Rotation">Box to world: w, x, y, z.</param>
/// <param name="Prev">The object's box before, or empty.</param>
/// <param name="Next">The object's box after, or empty.</param>
/// <param name="NumLidarPts">LiDAR points in it.</param>
/// <param name="NumRadarPts">Radar points in it.</param>
public sealed record NuScenesAnnotation(
    string Token, string SampleToken, string InstanceToken, string VisibilityToken, IReadOnlyList<string> AttributeTokens,
    IReadOnlyList<double> Translation, IReadOnlyList<double> Size, IReadOnlyList<double> Rotation, string Prev, string Next, int NumLidarPts, int NumRadarPts);

/// <summary>A class or an attribute.</summary>
/// <param name="Token">Its name in tables.</param>
/// <param name="Name">Its name for people ("vehicle.car").</param>
/// <param name="Description">What it means.</param>
public sealed record NuScenesName(string Token, string Name, string Description);

/// <summary>A level of visibility.</summary>
/// <param name="Token">"1" to "4".</param>
/// <param name="Level">"v0-40" and so on.</param>
/// <param name="Description">What it means.</param>
public sealed record NuScenesVisibility(string Token, string Level, string Description);

/// <summary>A log.</summary>
/// <param name="Token">Its name.</param>
/// <param name="Logfile">Its file.</param>
/// <param name="Vehicle">Who drove.</param>
/// <param name="DateCaptured">When.</param>
/// <param name="Location">Where.</param>
public sealed record NuScenesLog(string Token, string Logfile, string Vehicle, string DateCaptured, string Location);

/// <summary>A map.</summary>
/// <param name="Token">Its name.</param>
/// <param name="LogTokens">The logs on it.</param>
/// <param name="Category">Its kind.</param>
/// <param name="Filename">Its picture, or empty.</param>
public sealed record NuScenesMap(string Token, IReadOnlyList<string> LogTokens, string Category, string Filename);
