# The Debian packages Reelquery is built from, sourced by bootstrap.sh. README.md says what each is for.
apt_packages=(
    # to build
    g++ mold cmake ninja-build pkg-config git ca-certificates python3 python3-pip
    # video and sound in, and their playback
    libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev libswscale-dev libswresample-dev libmpv-dev
    # tokenizers, configuration files, command line
    libsentencepiece-dev libpcre2-dev libutf8proc-dev nlohmann-json3-dev libcli11-dev zlib1g-dev
    # the endpoint for other programs, a client of other servers
    libboost-dev libcurl4-openssl-dev libssl-dev
    # the encodings of subtitle files
    libuchardet-dev
    # the window
    qt6-base-dev qt6-svg-dev libqt6opengl6-dev libqt6sql6-sqlite qt6-l10n-tools qt6-tools-dev libgl-dev
    qt6-translations-l10n qtkeychain-qt6-dev
    fonts-dejavu-core
    # to test: Catch2, the ffmpeg command that makes clips and reference frames, what draws long videos,
    # what sees that no socket is opened, what makes a certificate
    catch2 ffmpeg python3-numpy python3-pil strace openssl
)
